#!/usr/bin/env python3
"""A model provider that says what a script tells it, on loopback: Anthropic Messages, OpenAI chat completions and responses,
Gemini.

    model_server.py SCRIPT [--port N] [--log FILE] [--port-file FILE]

The script is a JSON file: {"rules": [RULE...], "usage": {...}}. A request is answered by the first rule whose `when` stands in
the conversation's last prompt (no `when`: any). A RULE has `steps`; step k is said after k tool results since that prompt, the
last one again and again, so what is said depends on the conversation alone, however many talk at once. A STEP:

    {"text": "..."}                     says it and ends the turn
    {"tool": "Write", "input": {...}}   calls a tool of the client by name; may have "text" before it
    {"shell": "echo hi"}                calls the client's shell, whatever it is called there
    {"fault": "...", ...}               goes wrong: see FAULTS below

A rule's `faults` list goes wrong by the rule's count of requests instead: entry i (or null) for its i-th request.
A rule's `capture` {"name": "regex"} takes group 1 from the prompt; `${name}` in a step is replaced by it, `${n}` by the number
of the conversation within the rule, `${prompts}` by how many prompts this conversation has had.
`usage` {"input", "output", "cache_read", "cache_write"} is reported for each answer. A rule's own replaces it.
`"stream": false` answers whole, whatever the client asked for.
"""
import argparse
import json
import re
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from model_dialects import DIALECTS

USAGE = {"input": 100, "output": 20, "cache_read": 0, "cache_write": 0}
# What `fault` may be; each may carry further keys.
FAULTS = {
    "status": "an HTTP error: status, headers, message (429, 529, 401, 403, 500, ...)",
    "stall": "accepts the request and says nothing for `seconds`",
    "stall_midway": "says half of the answer, then nothing for `seconds`",
    "half_json": "ends in the midst of a JSON line",
    "early_end": "ends the stream before its last event",
    "disconnect": "resets the connection",
    "refusal": "ends with the stop reason for a refusal",
    "too_long": "the prompt is too long",
    "nonsense": "an HTML page with status 200",
    "max_tokens": "the answer is cut at the token limit",
}


class Script:
    def __init__(self, text: str):
        self.value = json.loads(text)
        self.lock = threading.Lock()
        self.requests = {}  # rule -> count
        self.conversations = {}  # rule -> first prompts seen
        self.message = 0

    def answer(self, prompt: str, first: str, results: int, prompts: int) -> tuple:
        """(rule number, step) for a conversation."""
        for number, rule in enumerate(self.value.get("rules", [])):
            if rule.get("when", "") in prompt:
                break
        else:
            return -1, {"text": "I have nothing to say to that."}
        with self.lock:
            count = self.requests[number] = self.requests.get(number, 0) + 1
            seen = self.conversations.setdefault(number, [])
            if first not in seen:
                seen.append(first)
            n = seen.index(first) + 1
        faults = rule.get("faults", [])
        if count <= len(faults) and faults[count - 1]:
            return number, faults[count - 1]
        steps = rule["steps"]
        step = steps[min(results, len(steps) - 1)]
        names = {"n": str(n), "prompts": str(prompts)}
        for name, pattern in rule.get("capture", {}).items():
            found = re.search(pattern, prompt)
            names[name] = found.group(1) if found else ""
        return number, substitute(step, names)

    def usage(self, rule: int) -> dict:
        usage = dict(USAGE, **self.value.get("usage", {}))
        if rule >= 0:
            usage.update(self.value["rules"][rule].get("usage", {}))
        return usage

    def next_id(self) -> int:
        with self.lock:
            self.message += 1
            return self.message


def substitute(value, names: dict):
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda m: names.get(m.group(1), m.group(0)), value)
    if isinstance(value, list):
        return [substitute(item, names) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, names) for key, item in value.items()}
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script = None
    log_file = None
    log_lock = threading.Lock()
    goes_wrong = False  # the connection then ends, and says so: else a client that asks again on it would find it reset

    def log_message(self, *_):
        pass

    def note(self, **entry):
        if self.log_file:
            with self.log_lock, open(self.log_file, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    def send(self, status: int, body, headers: dict = None, kind: str = "application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        if self.goes_wrong:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.note(method="GET", path=self.path)
        if self.path.endswith("/models"):
            return self.send(200, {"object": "list", "data": [], "models": []})
        self.send(404, {})

    do_HEAD = do_GET

    def do_CONNECT(self):
        self.note(method="CONNECT", path=self.path)
        self.send(405, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.split("?")[0]
        dialect = next((kind for end, kind in DIALECTS.items() if path.endswith(end)), None)
        if dialect is None:
            self.note(method="POST", path=self.path)
            return self.send(200, {"input_tokens": 10})
        request = json.loads(body)
        if path.endswith(":streamGenerateContent"):
            request["stream"] = True
        dialect = dialect(request)
        prompts, results = dialect.conversation()
        rule, step = self.script.answer(prompts[-1] if prompts else "", prompts[0] if prompts else "", results, len(prompts))
        self.note(method="POST", path=path, model=request.get("model"), prompts=len(prompts), results=results, rule=rule,
                  fault=step.get("fault"), key=self.headers.get("x-api-key") or self.headers.get("authorization"),
                  usage=None if step.get("fault") else self.script.usage(rule))
        self.goes_wrong = bool(step.get("fault"))
        try:
            self.answer(dialect, rule, step)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has ended, as some faults want
        finally:
            if self.goes_wrong:
                self.close_connection = True

    def answer(self, dialect, rule: int, step: dict):
        fault = step.get("fault")
        if fault and fault not in FAULTS:
            return self.send(500, {"error": f"the script names an unknown fault: {fault}"})
        if fault == "status":
            status = step["status"]
            return self.send(status, step.get("body") or dialect.error(status, step.get("message", f"scripted {status}")), step.get("headers"))
        if fault == "too_long":
            return self.send(*dialect.too_long)
        if fault == "nonsense":
            return self.send(200, b"<html><body>Welcome to the hotel's network. Please accept.</body></html>", kind="text/html")
        if fault == "disconnect":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.connection.close()
        if fault == "stall":
            return self.stall(step)
        parts = self.parts(dialect, step)
        number, usage = self.script.next_id(), self.script.usage(rule)
        stop = dialect.stop_reasons.get(fault) or dialect.stop(parts)
        if not dialect.request.get("stream") or not self.script.value.get("stream", True):
            return self.send(200, dialect.whole(parts, stop, usage, number))
        self.stream(dialect.events(parts, stop, usage, number), fault, step)

    def parts(self, dialect, step: dict) -> list:
        parts = [("text", step["text"])] if step.get("text") else []
        if "shell" in step:
            parts.append(("tool", dialect.shell(step["shell"])))
        elif "tool" in step:
            parts.append(("tool", (step["tool"], step.get("input", {}))))
        return parts or [("text", "I cannot help with that." if step.get("fault") == "refusal" else "Let me think about it.")]

    def stream(self, events: list, fault: str, step: dict):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        if fault == "stall_midway":
            self.wfile.write("".join(events[: len(events) // 2]).encode())
            return self.stall(step)
        text = "".join(events)
        if fault == "half_json":
            text = text[: int(len(text) * 0.6)]
        elif fault == "early_end":
            text = "".join(events[: max(1, len(events) - 2)])
        pause = float(step.get("seconds", 0))
        if pause and not fault:
            time.sleep(pause)
        self.wfile.write(text.encode())

    def stall(self, step: dict):
        """Until the client goes or the time is over."""
        self.wfile.flush()
        self.connection.settimeout(float(step.get("seconds", 3600)))
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def start(script: str, log: str = None, port: int = 0) -> Server:
    """Serves `script` (JSON text) from a thread; `server.server_port` is where."""
    handler = type("ScriptedHandler", (Handler,), {"script": Script(script), "log_file": log})
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log")
    parser.add_argument("--port-file")
    options = parser.parse_args()
    with open(options.script, encoding="utf-8") as file:
        server = start(file.read(), options.log, options.port)
    if options.port_file:
        with open(options.port_file, "w", encoding="utf-8") as file:
            file.write(str(server.server_port))
    print(server.server_port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
