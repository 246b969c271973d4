"""The runtime interface of AWS Lambda on loopback, as far as a custom runtime needs it:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Seconds that an invocation may take, and that its answer is waited for.
TIME_OUT = 60


class RuntimeInterface:
    """Hands out events one after the other, and takes their answers."""

    def __init__(self):
        events, answers = queue.Queue(), queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                event = events.get()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + TIME_OUT) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn",
                                 "arn:aws:lambda:us-east-1:111111111111:function:trailproof")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                answers.put((self.path.rsplit("/", 1)[1], json.loads(body)))

            def log_message(self, *_):
                pass

        self.events, self.answers = events, answers
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A function that is ended leaves its connection.
        self.server.handle_error = lambda *_: None
        self.address = f"127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def invoke(self, event):
        """Sends an event. Returns `response` or `error`, and what was answered."""
        self.events.put(json.dumps(event).encode())
        return self.answers.get(timeout=TIME_OUT)
