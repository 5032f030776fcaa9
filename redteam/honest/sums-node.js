// honest: sums-node
// shows: JavaScript with a worker thread
// must: unmoved
// lab: programs
// needs: node
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

if (isMainThread) {
  const n = Number(require("fs").readFileSync(0, "utf8"));
  new Worker(__filename, { workerData: n }).on("message", (sum) => console.log(sum));
} else {
  let sum = 0;
  for (let i = 1; i <= workerData; ++i) sum += i;
  parentPort.postMessage(sum);
}
