"""Providers behind TLS, reached through a proxy on loopback: the real command-line agents call their own hosts to renew a login, and are
answered here. Nothing leaves the machine; a certificate authority made for the test is trusted by the variables that the tools document.
"""
import json
import shutil
import ssl
import subprocess
import threading
import unittest
from pathlib import Path

import model_server

HOSTS = ("platform.claude.com", "console.anthropic.com", "api.anthropic.com", "claude.ai", "auth.openai.com", "chatgpt.com", "api.openai.com")


def certificates(folder: Path) -> tuple:
    """(authority, certificate with key) for all of HOSTS. Skips where openssl is not installed."""
    if not shutil.which("openssl"):
        raise unittest.SkipTest("openssl is not installed, so there are no certificates to test with")
    authority, key, both = folder / "authority.pem", folder / "authority.key", folder / "server.pem"
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    (folder / "server.ext").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
    for words in (
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj", "/CN=a test's authority",
         "-keyout", key, "-out", authority],
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={HOSTS[0]}",
         "-keyout", folder / "server.key", "-out", folder / "server.csr"],
        ["x509", "-req", "-days", "3", "-in", folder / "server.csr", "-CA", authority, "-CAkey", key, "-CAcreateserial",
         "-extfile", folder / "server.ext", "-out", folder / "server.crt"],
    ):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    both.write_text((folder / "server.crt").read_text() + (folder / "server.key").read_text())
    return authority, both


class Handler(model_server.Handler):
    """A proxy's CONNECT, then the provider itself: renewals by `renew`, models by the script, anything else is empty."""

    context: ssl.SSLContext = None
    renew = None
    host = ""

    def do_CONNECT(self):
        self.host = self.path.split(":")[0]
        self.note(method="CONNECT", path=self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        try:
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
        except OSError as error:  # it does not trust us
            self.note(method="TLS", path=f"{self.path} {error}")
            self.close_connection = True
            return
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def finish(self):
        super().finish()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.close()

    def do_POST(self):
        if not self.path.split("?")[0].endswith("/oauth/token"):
            return super().do_POST()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.note(method="POST", path=self.path, host=self.host, renewal=True)
        return self.send(200, type(self).renew(json.loads(body)))


def start(script: dict, log: Path, folder: Path, renew) -> tuple:
    """(server, authority): a proxy with all HOSTS behind it. `renew` makes the answer to a renewal, a dictionary of its request."""
    authority, certificate = certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler = type("TlsHandler", (Handler,), {
        "script": model_server.Script(json.dumps(script)), "log_file": str(log), "context": context, "renew": staticmethod(renew)})
    server = model_server.Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, authority
