"""The wire formats of mock_provider.py: what the OpenAI chat completions and the Anthropic messages APIs refuse, and the
event streams they send."""
import json
import random
import re
import string
import time

ALNUM = string.ascii_letters + string.digits


def ident(prefix, length):
    return prefix + "".join(random.choices(ALNUM, k=length))


class Refused(Exception):
    def __init__(self, status, message, code=None, param=None):
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param


def content_text(content):
    if isinstance(content, str):
        return content
    return "\n".join(p.get("text", "") for p in content or [] if isinstance(p, dict) and p.get("type") == "text")


def last_user_text(messages):
    for message in reversed(messages):
        if message.get("role") == "user" and content_text(message.get("content")):
            return content_text(message["content"])
    return ""


def tokens(value):
    return max(1, len(value if isinstance(value, str) else json.dumps(value)) // 4)


def pieces(value, size=7):
    return [value[i:i + size] for i in range(0, len(value), size)]


def calls_of(reply):
    calls = reply.get("calls") or [{"name": reply["name"], "args": reply.get("args", {}), "id": reply.get("id"),
                                    "raw_args": reply.get("raw_args")}]
    return [{**c, "json": c["raw_args"] if c.get("raw_args") is not None else json.dumps(c.get("args", {}))} for c in calls]


def deltas_of(reply):
    if "deltas" in reply:
        return reply["deltas"]
    return [reply["text"]] if reply.get("text") else []


class OpenAi:
    """POST /v1/chat/completions"""

    @staticmethod
    def validate(body, headers):
        if not body.get("model"):
            raise Refused(400, "you must provide a model parameter")
        messages = body.get("messages")
        if not isinstance(messages, list):
            raise Refused(400, "Missing required parameter: 'messages'.", "missing_required_parameter", "messages")
        if not messages:
            raise Refused(400, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an "
                               "empty array instead.", "empty_array", "messages")
        if "max_tokens" in body and "max_completion_tokens" in body:
            raise Refused(400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                          "invalid_parameter_combination")
        waiting = []
        for i, message in enumerate(messages):
            role = message.get("role")
            if role not in ("system", "developer", "user", "assistant", "tool"):
                raise Refused(400, f"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', "
                                   "'function', 'tool', and 'developer'.", "invalid_value", f"messages[{i}].role")
            if role == "tool":
                if message.get("tool_call_id") not in waiting:
                    if not waiting and (i == 0 or messages[i - 1].get("role") not in ("assistant", "tool")
                                        or not any(m.get("tool_calls") for m in messages[:i])):
                        raise Refused(400, "Invalid parameter: messages with role 'tool' must be a response to a "
                                           "preceeding message with 'tool_calls'.", None, f"messages.[{i}].role")
                    raise Refused(400, f"Invalid parameter: 'tool_call_id' of '{message.get('tool_call_id')}' not found "
                                       "in 'tool_calls' of previous message.", None, f"messages.[{i}].tool_call_id")
                waiting.remove(message["tool_call_id"])
                if not isinstance(message.get("content"), (str, list)):
                    raise Refused(400, f"Invalid value for 'content': expected a string, got null.", None,
                                  f"messages.[{i}].content")
                continue
            OpenAi.all_answered(waiting)
            calls = message.get("tool_calls")
            if calls is not None:
                if role != "assistant" or not isinstance(calls, list) or not calls:
                    raise Refused(400, f"Invalid 'messages[{i}].tool_calls': expected a non-empty array.", None,
                                  f"messages[{i}].tool_calls")
                for j, call in enumerate(calls):
                    where = f"messages[{i}].tool_calls[{j}]"
                    if call.get("type") != "function" or not call.get("id"):
                        raise Refused(400, f"Missing required parameter: '{where}.id'.", "missing_required_parameter", where)
                    if len(call["id"]) > 40:
                        raise Refused(400, f"Invalid '{where}.id': string too long. Expected a string with maximum "
                                           "length 40.", "string_above_max_length", where + ".id")
                    if not isinstance(call.get("function", {}).get("arguments"), str):
                        raise Refused(400, f"Missing required parameter: '{where}.function.arguments'.",
                                      "missing_required_parameter", where)
                waiting = [call["id"] for call in calls]
            elif message.get("content") is None:
                raise Refused(400, "Invalid value for 'content': expected a string, got null.", None,
                              f"messages.[{i}].content")
        OpenAi.all_answered(waiting)
        for i, tool in enumerate(body.get("tools") or []):
            function = tool.get("function", {})
            if tool.get("type") != "function" or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function.get("name", "")):
                raise Refused(400, f"Invalid 'tools[{i}].function.name': string does not match pattern. Expected a string "
                                   "that matches the pattern '^[a-zA-Z0-9_-]+$'.", "invalid_value", f"tools[{i}].function.name")
            if "parameters" in function and function["parameters"].get("type") != "object":
                raise Refused(400, f"Invalid schema for function '{function['name']}': schema must be a JSON Schema of "
                                   "'type: \"object\"', got 'type: \"None\"'.", "invalid_function_parameters",
                              f"tools[{i}].function.parameters")

    @staticmethod
    def all_answered(waiting):
        if waiting:
            raise Refused(400, "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                               "'tool_call_id'. The following tool_call_ids did not have response messages: "
                               + ", ".join(waiting), None, "messages")

    @staticmethod
    def error_body(status, message, code=None, param=None):
        kind = {401: "invalid_request_error", 429: "requests", 500: "server_error", 503: "server_error"}.get(
            status, "invalid_request_error")
        code = code or {401: "invalid_api_key", 429: "rate_limit_exceeded", 404: "model_not_found"}.get(status)
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}

    @staticmethod
    def usage(body, reply, output):
        given = reply.get("usage", {})
        prompt, completion = given.get("input", tokens(body["messages"])), given.get("output", tokens(output))
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
                "prompt_tokens_details": {"cached_tokens": given.get("cached", 0), "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                                              "rejected_prediction_tokens": 0}}

    @staticmethod
    def events(body, reply):
        """Yields SSE texts; None asks for the reply's delay."""
        head = {"id": ident("chatcmpl-", 29), "object": "chat.completion.chunk", "created": int(time.time()),
                "model": body["model"], "service_tier": "default", "system_fingerprint": "fp_mock000001"}
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))

        def chunk(delta, finish=None):
            out = {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
            if with_usage:
                out["usage"] = None
            return sse(out)

        deltas, calls = deltas_of(reply), calls_of(reply) if reply["kind"] == "tool_call" else []
        for i, part in enumerate([reply["thinking"]] if reply.get("thinking") else []):
            yield chunk({"role": "assistant", "content": None, "reasoning_content": part})
        if deltas or not calls:
            yield chunk({"role": "assistant", "content": "", "refusal": None})
        for i, delta in enumerate(deltas):
            if i:
                yield None
            yield chunk({"content": delta})
        for i, call in enumerate(calls):
            first = {"index": i, "id": call.get("id") or ident("call_", 24), "type": "function",
                     "function": {"name": call["name"], "arguments": ""}}
            role = {"role": "assistant", "content": None} if i == 0 and not deltas else {}
            yield chunk({**role, "tool_calls": [first], **({"refusal": None} if role else {})})
            for piece in pieces(call["json"]):
                yield chunk({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
        if reply["kind"] == "stream_error":
            yield sse({"error": {"message": reply.get("message", "The server had an error"),
                                 "type": reply.get("type", "server_error"), "param": None, "code": reply.get("code")}})
            return
        yield chunk({}, reply.get("finish_reason") or ("tool_calls" if calls else reply.get("stop", "stop")))
        if with_usage:
            output = "".join(deltas) + "".join(c["json"] for c in calls)
            yield sse({**head, "choices": [], "usage": OpenAi.usage(body, reply, output)})
        yield "data: [DONE]\n\n"

    @staticmethod
    def whole(body, reply):
        deltas, calls = deltas_of(reply), calls_of(reply) if reply["kind"] == "tool_call" else []
        message = {"role": "assistant", "content": "".join(deltas) or (None if calls else ""), "refusal": None,
                   "annotations": []}
        if calls:
            message["tool_calls"] = [{"id": c.get("id") or ident("call_", 24), "type": "function",
                                      "function": {"name": c["name"], "arguments": c["json"]}} for c in calls]
        return {"id": ident("chatcmpl-", 29), "object": "chat.completion", "created": int(time.time()), "model": body["model"],
                "choices": [{"index": 0, "message": message, "logprobs": None,
                             "finish_reason": "tool_calls" if calls else reply.get("stop", "stop")}],
                "usage": OpenAi.usage(body, reply, "".join(deltas)), "service_tier": "default",
                "system_fingerprint": "fp_mock000001"}


class Anthropic:
    """POST /v1/messages"""

    @staticmethod
    def validate(body, headers):
        if "anthropic-version" not in headers:
            raise Refused(400, "anthropic-version: header is required")
        for key in ("model", "max_tokens", "messages"):
            if key not in body:
                raise Refused(400, f"{key}: Field required")
        if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1:
            raise Refused(400, "max_tokens: Input should be greater than or equal to 1")
        messages = body["messages"]
        if not isinstance(messages, list) or not messages:
            raise Refused(400, "messages: at least one message is required")
        if messages[0].get("role") != "user":
            raise Refused(400, 'messages: first message must use the "user" role')
        turns = []  # neighbours of one role count as one turn
        for i, message in enumerate(messages):
            role, content = message.get("role"), message.get("content")
            if role not in ("user", "assistant"):
                raise Refused(400, f"messages.{i}.role: Input should be 'user' or 'assistant'")
            blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
            if not isinstance(blocks, list) or not blocks:
                raise Refused(400, f"messages.{i}: all messages must have non-empty content")
            if turns and turns[-1][0] == role:
                turns[-1][1].extend(blocks)
            else:
                turns.append((role, list(blocks)))
        waiting, seen = [], set()
        for i, (role, blocks) in enumerate(turns):
            results, uses = [], []
            for j, block in enumerate(blocks):
                kind = block.get("type")
                if kind == "text" and not block.get("text", "").strip():
                    raise Refused(400, "messages: text content blocks must be non-empty")
                if kind == "tool_use":
                    if role != "assistant" or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", block.get("id", "")):
                        raise Refused(400, f"messages.{i}.content.{j}.tool_use.id: String should match pattern "
                                           "'^[a-zA-Z0-9_-]+$'")
                    if not isinstance(block.get("input"), dict):
                        raise Refused(400, f"messages.{i}.content.{j}.tool_use.input: Input should be a valid dictionary")
                    if block["id"] in seen:
                        raise Refused(400, f"messages.{i}.content.{j}: `tool_use` ids must be unique")
                    seen.add(block["id"])
                    uses.append(block["id"])
                if kind == "tool_result":
                    if role != "user" or block.get("tool_use_id") not in waiting:
                        raise Refused(400, f"messages.{i}.content.{j}: unexpected `tool_use_id` found in `tool_result` "
                                           f"blocks: {block.get('tool_use_id')}. Each `tool_result` block must have a "
                                           "corresponding `tool_use` block in the previous message.")
                    results.append(block["tool_use_id"])
            missing = [x for x in waiting if x not in results]
            if missing:
                raise Refused(400, f"messages.{i}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                                   f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` "
                                   "block in the next message.")
            waiting = uses
        if waiting:
            raise Refused(400, f"messages.{len(turns) - 1}: `tool_use` ids were found without `tool_result` blocks "
                               f"immediately after: {', '.join(waiting)}.")
        for i, tool in enumerate(body.get("tools") or []):
            if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool.get("name", "")):
                raise Refused(400, f"tools.{i}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
            if tool.get("input_schema", {}).get("type") != "object":
                raise Refused(400, f"tools.{i}.custom.input_schema.type: Field required")

    @staticmethod
    def error_body(status, message, code=None, param=None):
        kind = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
                413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": ident("req_011C", 20)}

    @staticmethod
    def usage(body, reply):
        given = reply.get("usage", {})
        return {"input_tokens": given.get("input", tokens(body["messages"])), "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": given.get("cached", 0), "output_tokens": 1, "service_tier": "standard"}

    @staticmethod
    def stop_reason(reply, calls):
        return reply.get("stop_reason") or ("tool_use" if calls else {"length": "max_tokens"}.get(reply.get("stop"), "end_turn"))

    @staticmethod
    def events(body, reply):
        def event(kind, **data):
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"

        deltas, calls = deltas_of(reply), calls_of(reply) if reply["kind"] == "tool_call" else []
        yield event("message_start", message={
            "id": ident("msg_01", 22), "type": "message", "role": "assistant", "model": body["model"], "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": Anthropic.usage(body, reply)})
        index = 0
        if reply.get("thinking"):
            yield event("content_block_start", index=index, content_block={"type": "thinking", "thinking": "", "signature": ""})
            yield event("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": reply["thinking"]})
            yield event("content_block_delta", index=index, delta={"type": "signature_delta", "signature": "bW9jaw=="})
            yield event("content_block_stop", index=index)
            index += 1
        if deltas or not calls:
            yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            yield event("ping")
            for i, delta in enumerate(deltas):
                if i:
                    yield None
                yield event("content_block_delta", index=index, delta={"type": "text_delta", "text": delta})
            if reply["kind"] == "stream_error":
                yield event("error", error={"type": reply.get("type", "overloaded_error"),
                                            "message": reply.get("message", "Overloaded")})
                return
            yield event("content_block_stop", index=index)
            index += 1
        for call in calls:
            yield event("content_block_start", index=index, content_block={
                "type": "tool_use", "id": call.get("id") or ident("toolu_01", 22), "name": call["name"], "input": {}})
            yield event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": ""})
            for piece in pieces(call["json"]):
                yield event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": piece})
            yield event("content_block_stop", index=index)
            index += 1
        output = "".join(deltas) + "".join(c["json"] for c in calls)
        yield event("message_delta", delta={"stop_reason": Anthropic.stop_reason(reply, calls), "stop_sequence": None},
                    usage={"output_tokens": reply.get("usage", {}).get("output", tokens(output))})
        yield event("message_stop")

    @staticmethod
    def whole(body, reply):
        deltas, calls = deltas_of(reply), calls_of(reply) if reply["kind"] == "tool_call" else []
        content = [{"type": "text", "text": "".join(deltas)}] if deltas else []
        content += [{"type": "tool_use", "id": c.get("id") or ident("toolu_01", 22), "name": c["name"], "input": c.get("args", {})}
                    for c in calls]
        usage = {**Anthropic.usage(body, reply), "output_tokens": reply.get("usage", {}).get("output", tokens("".join(deltas)))}
        return {"id": ident("msg_01", 22), "type": "message", "role": "assistant", "model": body["model"], "content": content,
                "stop_reason": Anthropic.stop_reason(reply, calls), "stop_sequence": None, "usage": usage}


def sse(value):
    return f"data: {json.dumps(value)}\n\n"
