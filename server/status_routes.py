"""What other programs ask the server about itself."""
import flask

from server import metrics, openapi


def add_routes(app, speech_queue, _):
    library = speech_queue.library

    @app.route("/healthz")
    def health():
        problems = library.problems
        health = {"status": "degraded" if problems else "ok", "requests": speech_queue.n_jobs}
        if flask.g.may_see_all:     # a problem names files
            health["voices"] = [{"name": voice.name, "problem": problems.get(voice.name)}
                                for voice in library.all()]
        return flask.jsonify(health)

    @app.route("/metrics")
    def render_metrics():
        speech_queue.metrics.jobs.set(speech_queue.n_jobs)
        speech_queue.metrics.voice_problems.set(len(library.problems))
        return flask.Response(speech_queue.metrics.render(), content_type=metrics.CONTENT_TYPE)

    @app.route("/openapi.json")
    def openapi_document():
        return flask.jsonify(openapi.describe(library))
