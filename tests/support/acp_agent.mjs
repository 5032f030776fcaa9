// An agent that speaks the Agent Client Protocol through its official SDK: asks for a permission, tries to use the client's
// files, writes the experiment that the prompt names, and reports it.
//   node acp_agent.mjs SDK_MODULE [MODE]     MODE: good (default), files, refuse, crash, hang, login; key (logs in by MY_API_KEY alone);
//                                            version (speaks another one); mend (its first file is bad, and it remembers nothing); or
//                                            the URL of a model server with OpenAI's chat completions: then it does what that says,
//                                            with a shell of its own
import { execSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";

const [sdk, mode = "good"] = process.argv.slice(2);
const acp = await import(sdk);
let cwd;
let authenticated = false;

// A small agent on a model: a shell until an answer calls nothing.
async function converse(text, say, update) {
  const usage = { inputTokens: 0, outputTokens: 0, cachedReadTokens: 0, totalTokens: 0 };
  const messages = [{ role: "user", content: text }];
  for (;;) {
    const answer = await fetch(`${mode}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "scripted", messages, tools: [{ type: "function", function: { name: "shell", parameters: {} } }] }),
    });
    if (!answer.ok) throw new acp.RequestError(-32603, `HTTP ${answer.status}: ${await answer.text()}`);
    const { choices, usage: used } = await answer.json();
    const cached = used.prompt_tokens_details.cached_tokens;
    usage.inputTokens += used.prompt_tokens - cached;
    usage.cachedReadTokens += cached;
    usage.outputTokens += used.completion_tokens;
    usage.totalTokens += used.total_tokens;
    const { message } = choices[0];
    messages.push(message);
    if (message.content) await say(message.content);
    if (!message.tool_calls) return { stopReason: "end_turn", usage };
    for (const call of message.tool_calls) {
      const { command } = JSON.parse(call.function.arguments);
      await update({ sessionUpdate: "tool_call", toolCallId: call.id, title: command, kind: "execute", status: "pending", rawInput: { command } });
      const result = execSync(command, { encoding: "utf8" });
      await update({ sessionUpdate: "tool_call_update", toolCallId: call.id, status: "completed", content: [{ type: "content", content: { type: "text", text: result } }] });
      messages.push({ role: "tool", tool_call_id: call.id, content: result });
    }
  }
}

// Works through the client's files alone; says which of its tries were refused.
async function throughFiles(sessionId, client, file) {
  const write = (path, content) => client.request("fs/write_text_file", { sessionId, path, content });
  const tries = [];
  symlinkSync("/tmp", "out");
  symlinkSync("/etc/hostname", "experiments/hostname");
  for (const path of ["/tmp/outside", `${cwd}/../outside`, `${cwd}/out/outside`, `${cwd}/experiments/hostname`])
    await write(path, "outside").then(() => tries.push(path), () => {});
  for (const path of ["/etc/hostname", `${cwd}/experiments/hostname`, `${cwd}/../../ledger.jsonl`])
    await client.request("fs/read_text_file", { sessionId, path }).then(() => tries.push(path), () => {});
  const { content } = await client.request("fs/read_text_file", { sessionId, path: `${cwd}/task.md`, line: 1, limit: 1 });
  await write(`${cwd}/${file}`, `# ${tries.length} went out; ${content.trim()}\nx = 8\n`);
  return { stopReason: "end_turn" };
}

async function prompted({ params, client }) {
  const { sessionId, prompt } = params;
  const update = (content) => client.notify("session/update", { sessionId, update: content });
  const say = (text) => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
  if (mode.startsWith("http")) return converse(prompt[0].text, say, update);
  if (mode === "crash") process.exit(7);
  if (mode === "hang") await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
  if (mode === "refuse") return { stopReason: "refusal" };
  const file = /new file, (\S+?)[.]\s/.exec(prompt[0].text)[1];
  if (mode === "mend") {
    const told = ["Find the largest x", "failed (fix 1 of", "Mend that file"].every((words) => prompt[0].text.includes(words));
    writeFileSync(file, `# ${told ? "mended" : "begun"}\nx = ${told ? 5 : "wrong"}\n`);
    return { stopReason: "end_turn" };
  }
  if (mode === "files") return throughFiles(sessionId, client, file);
  await say("I begin. ");
  await update({ sessionUpdate: "tool_call", toolCallId: "call-0", title: "Look around", kind: "read", status: "completed", rawOutput: "a file" });
  const toolCall = { toolCallId: "call-1", title: `Write ${file}`, kind: "edit", status: "pending", rawInput: { file } };
  await update({ sessionUpdate: "tool_call", ...toolCall });
  const options = [
    { optionId: "never", name: "No", kind: "reject_once" },
    { optionId: "once", name: "Yes", kind: "allow_once" },
  ];
  const answer = await client.request("session/request_permission", { sessionId, toolCall, options });
  let files = "had the client's files";
  await client.request("fs/read_text_file", { sessionId, path: "/etc/hostname" }).catch(() => (files = "was refused the client's files"));
  if (answer.outcome.optionId === "once") writeFileSync(file, `# ${files}\nx = 6\n`);
  await update({ sessionUpdate: "tool_call_update", toolCallId: "call-1", status: "completed" });
  await say(JSON.stringify({ experiment_file: file, valid: true, notes: "through the protocol" }));
  return { stopReason: "end_turn" };
}

acp
  .agent({ name: "example" })
  .onRequest("initialize", () => ({
    protocolVersion: mode === "version" ? 7 : acp.PROTOCOL_VERSION,
    agentCapabilities: {},
    authMethods: mode === "key" ? [{ id: "browser", name: "In the browser" }, { id: "my-api-key", name: "By key" }] : [],
  }))
  .onRequest("authenticate", ({ params }) => {
    if (params.methodId !== "my-api-key") throw acp.RequestError.authRequired();
    authenticated = true;
    return {};
  })
  .onRequest("session/new", ({ params }) => {
    cwd = params.cwd;
    if (mode === "login" || (mode === "key" && !authenticated)) throw acp.RequestError.authRequired();
    return { sessionId: "session-1" };
  })
  .onRequest("session/prompt", prompted)
  .connect(acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
