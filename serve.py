"""Speech server: a web page and an HTTP interface.

    python serve.py --voice voices/me        http://127.0.0.1:8010

Other programs use it like OpenAI's speech interface: POST /v1/audio/speech. docs/server.md has
examples. SIGTERM and Ctrl-C finish the running requests. SIGUSR1 prints what each thread does.
"""
import faulthandler
import signal
import sys

import korean
from common import command_line
from common.errors import InputError
from server import access, limits
from server.application import create_application
from server.http_server import HttpServer
from server.speech_queue import SpeechQueue
from server.voice_library import VoiceLibrary
from server.wyoming_server import WyomingServer
from synthesis.voice import DEMO_VOICE


def main(arguments):
    options = _create_parser().parse_args(arguments)
    tokens = access.read_tokens(options.api_key_file) if options.api_key_file else ()
    if not (access.is_loopback(options.host) or tokens or options.open):
        raise InputError("--host %s: others could use the server; give --api-key-file FILE with "
                         "tokens, or --open to allow everybody" % options.host)
    if options.wyoming is not None and not (access.is_loopback(options.host) or options.open):
        raise InputError("--wyoming with --host %s: the Wyoming protocol has no tokens; give "
                         "--open to allow everybody to use its port" % options.host)
    lexicon = options.lexicon and korean.load_lexicon(options.lexicon)
    library = VoiceLibrary(options.voice or [DEMO_VOICE], lexicon)
    speech_queue = SpeechQueue(library, options.threads, options.queue,
                               cache_bytes=options.cache << 20)
    access_control = access.AccessControl(tokens, options.allowed_host)
    server = HttpServer(create_application(speech_queue, access_control, options.strict),
                        options.host, options.port)
    wyoming = None if options.wyoming is None else WyomingServer(
        speech_queue, options.host, options.wyoming, options.strict)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    faulthandler.register(signal.SIGUSR1)
    library.watch()
    for voice in library.all():
        print("voice %s: %s" % (voice.name, ", ".join(voice.speakers)), file=sys.stderr)
    print(_url("http", server.address), flush=True)
    if wyoming:
        print(_url("wyoming: tcp", wyoming.address), flush=True)
        wyoming.start()

    def refuse_work():
        speech_queue.drain()
        if wyoming:
            wyoming.stop()
    server.run(refuse_work)
    if wyoming:
        wyoming.join()
    speech_queue.stop()


def _url(scheme, address):
    host, port = address
    return "%s://%s:%d" % (scheme, "[%s]" % host if ":" in host else host, port)


def _create_parser():
    parser = command_line.Parser(prog="serve.py", description=__doc__.splitlines()[0])
    parser.add_argument("--voice", action="append", metavar="DIR",
                        help="folder of a voice; repeat for several, the first is the default; "
                             "default: voices/demo of this project")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS",
                        help="address to listen on; default: 127.0.0.1, which only programs on "
                             "this machine reach")
    parser.add_argument("--port", type=_port, default=8010, metavar="N",
                        help="default: 8010; 0: any free one")
    parser.add_argument("--wyoming", type=_port, metavar="N",
                        help="also serve the Wyoming protocol on port N, usually 10200, for Home "
                             "Assistant; it has no tokens")
    parser.add_argument("--api-key-file", metavar="FILE",
                        help="file with tokens, one per line, of which requests must have one")
    parser.add_argument("--open", action="store_true",
                        help="with --host: allow everybody, without tokens")
    parser.add_argument("--allowed-host", action="append", default=[], metavar="NAME",
                        help="without tokens: a further name of this machine in requests")
    parser.add_lexicon_option()
    parser.add_argument("--strict", action="store_true",
                        help="refuse texts with unreadable characters instead of skipping them")
    parser.add_argument("--threads", type=command_line.positive_int, default=0, metavar="N",
                        help="CPU threads for WaveNet; default: all")
    parser.add_argument("--queue", type=command_line.int_up_to(limits.MAX_STREAMS),
                        default=limits.MAX_JOBS, metavar="N",
                        help="requests in progress at a time, further ones are refused; at most "
                             "%d; default: %%(default)s" % limits.MAX_STREAMS)
    parser.add_argument("--cache", type=command_line.positive_int, default=128, metavar="MB",
                        help="memory for finished speech; default: 128")
    return parser


def _port(text):
    return 0 if text == "0" else command_line.int_up_to(65535)(text)


if __name__ == "__main__":
    command_line.run_program(main)
