// An agent that speaks the Agent Client Protocol through its official SDK: asks for a permission, tries to use the client's
// files, writes the experiment that the prompt names, and reports it.
//   node acp_agent.mjs SDK_MODULE [MODE]     MODE: good (default), refuse, crash, hang, login
import { writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";

const [sdk, mode = "good"] = process.argv.slice(2);
const acp = await import(sdk);

async function prompted({ params, client }) {
  const { sessionId, prompt } = params;
  const update = (content) => client.notify("session/update", { sessionId, update: content });
  const say = (text) => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
  if (mode === "crash") process.exit(7);
  if (mode === "hang") await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
  if (mode === "refuse") return { stopReason: "refusal" };
  const file = /new file, (\S+?)[.]\s/.exec(prompt[0].text)[1];
  await say("I begin. ");
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
  .onRequest("initialize", () => ({ protocolVersion: acp.PROTOCOL_VERSION, agentCapabilities: {}, authMethods: [] }))
  .onRequest("session/new", () => {
    if (mode === "login") throw acp.RequestError.authRequired();
    return { sessionId: "session-1" };
  })
  .onRequest("session/prompt", prompted)
  .connect(acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
