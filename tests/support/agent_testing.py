"""What tests of agents need: the scripted model server, the real command-line agents from npm, and stand-ins for them."""
import fcntl
import json
import os
import platform
import shutil
import subprocess
import unittest
from pathlib import Path

import model_server
from leanlab_testing import LeanlabTest

# The folder of each in node_modules, and what npm is asked for. Pinned, so that a test that fails tells of our change and not of theirs.
PACKAGES = {
    "claude": ("@anthropic-ai/claude-code", "@anthropic-ai/claude-code@2.1.197"),
    "codex": ("@openai/codex", "@openai/codex@0.169.0"),
    "acp": ("@agentclientprotocol/sdk", "@agentclientprotocol/sdk@2.4.0"),
    # The last version of the protocol's SDK that brings its example agent.
    "acp-example": ("acp-sdk-1", "acp-sdk-1@npm:@agentclientprotocol/sdk@1.9.0"),
    "claude-acp": ("@agentclientprotocol/claude-agent-acp", "@agentclientprotocol/claude-agent-acp@0.101.0"),
    "codex-acp": ("@zed-industries/codex-acp", "@zed-industries/codex-acp@0.16.0"),
    "gemini": ("@google/gemini-cli", "@google/gemini-cli@0.61.0"),
    "mcp": ("@modelcontextprotocol/sdk", "@modelcontextprotocol/sdk"),
}


def cache_folder() -> Path:
    base = os.environ.get("LEANLAB_TEST_CLIS") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "leanlab-test-clis"
    return Path(base)


def installed(name: str) -> Path:
    """The folder with npm's packages in it; installs `name`'s package there the first time. Skips where npm cannot."""
    package, wanted = PACKAGES[name]
    folder = cache_folder()
    modules = folder / "node_modules"
    # Written when npm is through: the package's folder is there before all of its files are. It names the pinned version, too.
    complete = folder / f"{wanted.replace('/', '_')}.complete"
    if not complete.exists():
        if not shutil.which("npm"):
            raise unittest.SkipTest(f"npm is not installed, so there is no {package} to test with")
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / ".lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", wanted], cwd=folder,
                                      capture_output=True, text=True, timeout=280, stdin=subprocess.DEVNULL)
                if done.returncode != 0:
                    raise unittest.SkipTest(f"npm could not install {wanted}: {done.stderr.strip()[-300:]}")
                complete.touch()
    return modules


def program(name: str) -> Path:
    """The real `claude` or `codex`, as the program itself and not npm's wrapper of it."""
    modules = installed(name)
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = PACKAGES[name][0]
    for path in (modules / f"{package}-linux-{machine}").rglob(name):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise unittest.SkipTest(f"{package} has no program for this machine ({machine})")


def node() -> str:
    path = shutil.which("node")
    if not path:
        raise unittest.SkipTest("node is not installed")
    return path


def acp_command(name: str) -> str:
    """What --agent takes for a real ACP agent: "claude-acp", "codex-acp", "gemini", or the protocol's own "acp-example"."""
    modules = installed(name)
    if name == "codex-acp":
        machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        program = modules / f"@zed-industries/codex-acp-linux-{machine}" / "bin" / "codex-acp"
        if not program.exists():
            raise unittest.SkipTest(f"codex-acp has no program for this machine ({machine})")
        return f"acp:{program}"
    script = {"claude-acp": "dist/index.js", "gemini": "bundle/gemini.js --acp", "acp-example": "dist/examples/agent.js"}[name]
    return f"acp:{node()} {modules / PACKAGES[name][0] / script}"


class AgentTest(LeanlabTest):
    """A test with a folder of programs that comes first on PATH, and a model that says what the test wants."""

    def setUp(self):
        super().setUp()
        self.programs = self.temp / "programs"
        self.programs.mkdir()
        self.env["PATH"] = f"{self.programs}:/usr/bin:/bin"
        self.env["LEANLAB_PATIENCE"] = "60"

    def program(self, name: str, text: str) -> Path:
        """A stand-in on PATH."""
        path = self.programs / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def real(self, name: str):
        """The real command-line agent on PATH."""
        target = program(name)
        (self.programs / name).symlink_to(target)

    def model(self, *rules, **script):
        """Starts a model; what it was asked is in self.asked()."""
        self.model_log = self.temp / "model.log"
        server = model_server.start(json.dumps({"rules": list(rules), **script}), str(self.model_log))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port = server.server_port
        self.env.update({
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{self.port}",
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        })
        return server

    def codex_provider(self):
        """A person's Codex configuration that names the model which self.model() started."""
        folder = self.home / ".codex"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(CODEX_CONFIG.format(port=self.port))
        self.env["SCRIPTED_KEY"] = "sk-scripted-0123456789"

    def served(self) -> dict:
        """What the model has counted, over all of its answers."""
        answers = [entry["usage"] for entry in self.asked() if entry.get("usage")]
        return {kind: sum(usage[kind] for usage in answers) for kind in ("input", "output", "cache_read", "cache_write")}

    def asked(self, path: str = "") -> list:
        if not self.model_log.exists():
            return []
        entries = [json.loads(line) for line in self.model_log.read_text().splitlines()]
        return [entry for entry in entries if entry["method"] == "POST" and path in entry["path"]]


# A person's Codex configuration that names the scripted model.
CODEX_CONFIG = """\
model = "gpt-test"
model_provider = "scripted"
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:{port}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
"""

# A Worker of the lab "numbers": writes the file it was asked for, with an x that no other experiment has.
CAPTURE = {"file": r"new file, (\S+?)[.]\s"}


def worker_rule(**changes) -> dict:
    rule = {
        "when": "You are the WORKER",
        "capture": CAPTURE,
        "steps": [
            {"shell": "printf '# idea ${n}\\nx = ${n}\\n' > ${file}"},
            {"text": 'Done.\n{"experiment_file": "${file}", "valid": true, "notes": "idea ${n}"}'},
        ],
    }
    rule.update(changes)
    return rule
