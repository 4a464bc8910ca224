# An AWS emulator on a free loopback port: prints its port and exits when its stdin closes.
import logging
import os
import sys
import threading
from io import BytesIO

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

emulator = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


def serialized(environ, start_response):
    # AWS decides conditional writes atomically. Moto's threads check and write in two steps, so two writers could win:
    # read requests concurrently, but execute them one at a time.
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"]
    if length:
        environ["wsgi.input"] = BytesIO(body.read(int(length)))
    elif environ.get("wsgi.input_terminated"):
        environ["wsgi.input"] = BytesIO(body.read())
    with one_at_a_time:
        return emulator(environ, start_response)


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
threading.Thread(target=end_with_stdin, daemon=True).start()
server = make_server("127.0.0.1", 0, serialized, threaded=True, request_handler=MotoRequestHandler)
print(server.server_port, flush=True)
server.serve_forever()
