"""The speech server: web page, HTTP interface, Wyoming protocol. serve.py starts it.

speech_queue.py    generates the speech of several requests at the same time; works without HTTP.
                   speech.py is the result, speech_job.py the work for it, vocoder_threads.py the
                   order of the work
voice_library.py   the voices, which are loaded again when their folders change
text_reading.py    the text of a request → utterances; the explanation of its reading
encoders.py        samples → WAV, FLAC, MP3, Ogg, PCM
application.py     the Flask application; *_routes.py and speech_response.py answer the requests,
                   access.py decides who may ask
http_server.py     runs it on waitress
page/              the page
wyoming_server.py  the Wyoming protocol, for Home Assistant; the rest of it in wyoming_*.py
"""
