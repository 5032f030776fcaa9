// attack: node-detached
// class: processes that stay
// tries: starts detached children, listens and leaves files, in JavaScript
// must: contained
// lab: programs
// needs: node
const { spawn } = require("child_process");
const fs = require("fs");
const net = require("net");

const n = Number(fs.readFileSync(0, "utf8"));
for (const command of [["sleep", ["3600"]], [process.execPath, ["-e", "setTimeout(() => {}, 3.6e6)"]]]) {
  const child = spawn(...command, { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}
for (const place of ["/tmp", "/var/tmp", "/dev/shm", process.env.HOME, "."]) {
  try {
    fs.writeFileSync(`${place}/leanlab-attack`, "state");
  } catch {}
}
const server = net.createServer();
server.on("error", () => {});
try {
  server.listen(46113, "127.0.0.1");
} catch {}
console.log((n * (n + 1)) / 2);
setTimeout(() => process.exit(0), 100);
