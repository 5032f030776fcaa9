"""How four model interfaces put a conversation and an answer: Anthropic Messages, OpenAI chat completions and responses, Gemini."""
import json


def text_of(content) -> str:
    """The text of a message's content, in any of the dialects."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content if isinstance(part, dict) and part.get("text"))
    return ""


def sse(kind: str, body: dict) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"


class Dialect:
    """How one interface puts a conversation and an answer; `parts` are (kind, value) of text or tool calls."""

    def __init__(self, request: dict):
        self.request = request


class Messages(Dialect):
    stop_reasons = {"refusal": "refusal", "max_tokens": "max_tokens"}
    too_long = (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}})

    def conversation(self) -> tuple:
        prompts, results = [], 0
        for message in self.request["messages"]:
            content = message["content"]
            if message["role"] != "user":
                continue
            tool = isinstance(content, list) and any(part.get("type") == "tool_result" for part in content)
            if tool:
                results += 1
            else:
                prompts.append(text_of(content))
                results = 0
        return prompts, results

    def shell(self, command: str) -> tuple:
        names = [tool.get("name") for tool in self.request.get("tools", [])]
        return ("Bash" if "Bash" in names else "shell"), {"command": command}

    def error(self, status: int, message: str) -> dict:
        kinds = {429: "rate_limit_error", 529: "overloaded_error", 401: "authentication_error", 403: "permission_error"}
        return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": message}}

    def blocks(self, parts: list, number: int) -> list:
        return [
            {"type": "text", "text": value} if kind == "text"
            else {"type": "tool_use", "id": f"toolu_{number}_{i}", "name": value[0], "input": value[1]}
            for i, (kind, value) in enumerate(parts)
        ]

    def events(self, parts: list, stop: str, usage: dict, number: int) -> list:
        head = {
            "id": f"msg_{number}", "type": "message", "role": "assistant", "model": self.request.get("model", "fake"), "content": [],
            "stop_reason": None, "stop_sequence": None,
            "usage": {"input_tokens": usage["input"], "output_tokens": 1, "cache_read_input_tokens": usage["cache_read"],
                      "cache_creation_input_tokens": usage["cache_write"]},
        }
        events = [sse("message_start", {"message": head})]
        for i, block in enumerate(self.blocks(parts, number)):
            if block["type"] == "text":
                start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
            else:
                start, delta = {**block, "input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            events.append(sse("content_block_start", {"index": i, "content_block": start}))
            events.append(sse("content_block_delta", {"index": i, "delta": delta}))
            events.append(sse("content_block_stop", {"index": i}))
        events.append(sse("message_delta", {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": usage["output"]}}))
        events.append(sse("message_stop", {}))
        return events

    def whole(self, parts: list, stop: str, usage: dict, number: int) -> dict:
        return {
            "id": f"msg_{number}", "type": "message", "role": "assistant", "model": self.request.get("model", "fake"),
            "content": self.blocks(parts, number), "stop_reason": stop, "stop_sequence": None,
            "usage": {"input_tokens": usage["input"], "output_tokens": usage["output"], "cache_read_input_tokens": usage["cache_read"],
                      "cache_creation_input_tokens": usage["cache_write"]},
        }

    def stop(self, parts: list) -> str:
        return "tool_use" if any(kind == "tool" for kind, _ in parts) else "end_turn"


class OpenAi(Dialect):
    too_long = (400, {"error": {"message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 210000 tokens.",
                                "type": "invalid_request_error", "code": "context_length_exceeded"}})
    stop_reasons = {"refusal": "content_filter", "max_tokens": "length"}

    def error(self, status: int, message: str) -> dict:
        kinds = {429: "rate_limit_exceeded", 401: "invalid_api_key", 402: "insufficient_quota"}
        if "insufficient_quota" in message:
            kinds[status] = "insufficient_quota"
        return {"error": {"message": message, "type": kinds.get(status, "server_error"), "code": kinds.get(status)}}


class ChatCompletions(OpenAi):
    def conversation(self) -> tuple:
        prompts, results = [], 0
        for message in self.request["messages"]:
            if message["role"] == "user":
                prompts.append(text_of(message["content"]))
                results = 0
            elif message["role"] == "assistant" and message.get("tool_calls"):
                results += 1
        return prompts, results

    def shell(self, command: str) -> tuple:
        return "shell", {"command": command}

    def calls(self, parts: list, number: int) -> list:
        return [
            {"index": i, "id": f"call_{number}_{i}", "type": "function", "function": {"name": value[0], "arguments": json.dumps(value[1])}}
            for i, (kind, value) in enumerate(parts) if kind == "tool"
        ]

    def usage(self, usage: dict) -> dict:
        return {"prompt_tokens": usage["input"] + usage["cache_read"], "completion_tokens": usage["output"],
                "total_tokens": usage["input"] + usage["cache_read"] + usage["output"],
                "prompt_tokens_details": {"cached_tokens": usage["cache_read"]}}

    def events(self, parts: list, stop: str, usage: dict, number: int) -> list:
        base = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 0, "model": self.request.get("model", "fake")}

        def chunk(delta, finish=None, **more):
            return f"data: {json.dumps({**base, 'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}], **more})}\n\n"

        events = [chunk({"role": "assistant", "content": ""})]
        for kind, value in parts:
            if kind == "text":
                middle = len(value) // 2
                events += [chunk({"content": value[:middle]}), chunk({"content": value[middle:]})]
        for call in self.calls(parts, number):
            arguments = call["function"]["arguments"]
            middle = len(arguments) // 2
            events.append(chunk({"tool_calls": [{**call, "function": {"name": call["function"]["name"], "arguments": arguments[:middle]}}]}))
            events.append(chunk({"tool_calls": [{"index": call["index"], "function": {"arguments": arguments[middle:]}}]}))
        events.append(chunk({}, stop))
        events.append(f"data: {json.dumps({**base, 'choices': [], 'usage': self.usage(usage)})}\n\n")
        events.append("data: [DONE]\n\n")
        return events

    def whole(self, parts: list, stop: str, usage: dict, number: int) -> dict:
        message = {"role": "assistant", "content": "".join(value for kind, value in parts if kind == "text") or None}
        if calls := self.calls(parts, number):
            message["tool_calls"] = calls
        return {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 0, "model": self.request.get("model", "fake"),
                "choices": [{"index": 0, "message": message, "finish_reason": stop}], "usage": self.usage(usage)}

    def stop(self, parts: list) -> str:
        return "tool_calls" if any(kind == "tool" for kind, _ in parts) else "stop"


class Responses(OpenAi):
    def conversation(self) -> tuple:
        prompts, results = [], 0
        items = self.request["input"]
        if isinstance(items, str):
            return [items], 0
        for item in items:
            if item.get("type", "message") == "message" and item.get("role") == "user":
                prompts.append(text_of(item.get("content")))
                results = 0
            elif item.get("type") in ("function_call_output", "custom_tool_call_output", "local_shell_call_output"):
                results += 1
        return prompts, results

    def shell(self, command: str) -> tuple:
        names = [tool.get("name") for tool in self.request.get("tools", [])]
        if "exec_command" in names:
            return "exec_command", {"cmd": command}
        return "shell", {"command": ["bash", "-lc", command]}

    def items(self, parts: list, number: int) -> list:
        return [
            {"type": "message", "id": f"m_{number}_{i}", "role": "assistant", "content": [{"type": "output_text", "text": value, "annotations": []}]}
            if kind == "text"
            else {"type": "function_call", "id": f"fc_{number}_{i}", "call_id": f"call_{number}_{i}", "name": value[0], "arguments": json.dumps(value[1])}
            for i, (kind, value) in enumerate(parts)
        ]

    def response(self, usage: dict, number: int, stop: str) -> dict:
        total = usage["input"] + usage["cache_read"]
        response = {"id": f"resp_{number}", "usage": {
            "input_tokens": total, "input_tokens_details": {"cached_tokens": usage["cache_read"]}, "output_tokens": usage["output"],
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": total + usage["output"]}}
        if stop in ("content_filter", "length"):
            response["incomplete_details"] = {"reason": "content_filter" if stop == "content_filter" else "max_output_tokens"}
        return response

    def events(self, parts: list, stop: str, usage: dict, number: int) -> list:
        events = [sse("response.created", {"response": {"id": f"resp_{number}"}})]
        for i, item in enumerate(self.items(parts, number)):
            events.append(sse("response.output_item.done", {"output_index": i, "item": item}))
        last = "response.incomplete" if stop in ("content_filter", "length") else "response.completed"
        events.append(sse(last, {"response": self.response(usage, number, stop)}))
        return events

    def whole(self, parts: list, stop: str, usage: dict, number: int) -> dict:
        return {**self.response(usage, number, stop), "object": "response", "status": "completed", "output": self.items(parts, number)}

    def stop(self, parts: list) -> str:
        return "stop"


class Gemini(Dialect):
    stop_reasons = {"refusal": "SAFETY", "max_tokens": "MAX_TOKENS"}
    too_long = (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT",
                                "message": "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576)."}})

    def conversation(self) -> tuple:
        prompts, results = [], 0
        for content in self.request["contents"]:
            if content.get("role") != "user":
                continue
            if any("functionResponse" in part for part in content["parts"]):
                results += 1
            else:
                prompts.append(text_of(content["parts"]))
                results = 0
        return prompts, results

    def shell(self, command: str) -> tuple:
        return "run_shell_command", {"command": command, "description": "as the script says"}

    def error(self, status: int, message: str) -> dict:
        kinds = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
        return {"error": {"code": status, "message": message, "status": kinds.get(status, "INTERNAL")}}

    def whole(self, parts: list, stop: str, usage: dict, number: int) -> dict:
        said = [{"text": value} if kind == "text" else {"functionCall": {"id": f"call_{number}", "name": value[0], "args": value[1]}}
                for kind, value in parts]
        total = usage["input"] + usage["cache_read"]
        return {"candidates": [{"content": {"role": "model", "parts": said}, "finishReason": stop, "index": 0}],
                "usageMetadata": {"promptTokenCount": total, "cachedContentTokenCount": usage["cache_read"],
                                  "candidatesTokenCount": usage["output"], "totalTokenCount": total + usage["output"]}}

    def events(self, parts: list, stop: str, usage: dict, number: int) -> list:
        return [f"data: {json.dumps(self.whole(parts, stop, usage, number))}\n\n"]

    def stop(self, parts: list) -> str:
        return "STOP"


DIALECTS = {"/messages": Messages, "/chat/completions": ChatCompletions, "/responses": Responses,
            ":generateContent": Gemini, ":streamGenerateContent": Gemini}
