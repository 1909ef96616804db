#include "config/schema.h"

namespace openclaw::config {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Limits kPositive{0, kInfinity, true};
constexpr Limits kNotNegative{0, kInfinity, false};
constexpr Limits kPort{0, 65535, true};
constexpr Limits kAtLeastOne{1, kInfinity, false};

constexpr std::string_view kApis =
    "openai-completions|openai-responses|openai-codex-responses|anthropic-messages|google-generative-ai|"
    "github-copilot|bedrock-converse-stream|ollama|azure-openai-responses";

// clang-format off: one setting, one or two lines
constexpr Key kTable[] = {
    {.path = "", .type = Type::object, .doc = "The whole file", .strict = true,
     .known = "wizard diagnostics cli update browser ui secrets auth acp nodeHost bindings broadcast "
              "audio media messages commands approvals cron hooks web discovery canvasHost talk memory "
              "mcp skills plugins heartbeat memorySearch"},
    {.path = "$schema", .type = Type::string, .doc = "For editors; not used"},
    {.path = "meta", .type = Type::object, .doc = "Bookkeeping", .strict = true},
    {.path = "meta.lastTouchedVersion", .type = Type::string, .doc = "Release that wrote the file last"},
    {.path = "meta.lastTouchedAt", .doc = "When it did"},
    {.path = "env", .type = Type::object,
     .doc = "Environment variables, used where the process has none of that name", .known = "shellEnv"},
    {.path = "env.vars", .type = Type::map, .doc = "Variables by name"},
    {.path = "env.vars.*", .type = Type::string, .doc = "Value of one variable", .secret = true},
    {.path = "env.*", .type = Type::string, .doc = "Value of one variable", .secret = true},

    {.path = "logging", .type = Type::object, .doc = "Logs", .strict = true,
     .known = "file maxFileBytes consoleLevel consoleStyle redactSensitive redactPatterns"},
    {.path = "logging.level", .type = Type::enumeration, .doc = "Lowest level that is logged",
     .fallback = "\"info\"", .allowed = "silent|fatal|error|warn|info|debug|trace"},

    {.path = "models", .type = Type::object, .doc = "Model providers", .strict = true,
     .known = "bedrockDiscovery"},
    {.path = "models.mode", .type = Type::enumeration, .doc = "Add to the built-in providers or replace them",
     .fallback = "\"merge\"", .allowed = "merge|replace"},
    {.path = "models.providers", .type = Type::map, .doc = "Providers by name"},
    {.path = "models.providers.*", .type = Type::object, .doc = "One provider", .strict = true,
     .known = "auth injectNumCtxForOpenAICompat authHeader"},
    {.path = "models.providers.*.baseUrl", .type = Type::string, .doc = "Root of its API",
     .limits = kAtLeastOne, .required = true},
    {.path = "models.providers.*.apiKey", .type = Type::secret, .doc = "Key sent to it", .secret = true},
    {.path = "models.providers.*.api", .type = Type::enumeration, .doc = "Dialect it speaks",
     .allowed = kApis},
    {.path = "models.providers.*.headers", .type = Type::map, .doc = "Extra request headers"},
    {.path = "models.providers.*.headers.*", .type = Type::secret, .doc = "Value of one header",
     .secret = true},
    {.path = "models.providers.*.models", .type = Type::array, .doc = "Models it offers"},
    {.path = "models.providers.*.models[]", .type = Type::object, .doc = "One model", .strict = true,
     .known = "api headers"},
    {.path = "models.providers.*.models[].id", .type = Type::string, .doc = "Name the provider knows it by",
     .limits = kAtLeastOne, .required = true},
    {.path = "models.providers.*.models[].name", .type = Type::string, .doc = "Name for people",
     .limits = kAtLeastOne},
    {.path = "models.providers.*.models[].reasoning", .type = Type::boolean,
     .doc = "Whether it can think aloud", .fallback = "false"},
    {.path = "models.providers.*.models[].input", .type = Type::enumeration_list, .doc = "What it accepts",
     .fallback = "[\"text\"]", .allowed = "text|image"},
    {.path = "models.providers.*.models[].contextWindow", .type = Type::number, .doc = "Tokens it can read",
     .fallback = "200000", .limits = kPositive},
    {.path = "models.providers.*.models[].maxTokens", .type = Type::number, .doc = "Tokens it may write",
     .fallback = "8192", .limits = kPositive},
    {.path = "models.providers.*.models[].cost", .type = Type::object, .doc = "Dollars per million tokens",
     .strict = true},
    {.path = "models.providers.*.models[].cost.input", .type = Type::number, .doc = "Read", .fallback = "0"},
    {.path = "models.providers.*.models[].cost.output", .type = Type::number, .doc = "Written",
     .fallback = "0"},
    {.path = "models.providers.*.models[].cost.cacheRead", .type = Type::number, .doc = "Read from the cache",
     .fallback = "0"},
    {.path = "models.providers.*.models[].cost.cacheWrite", .type = Type::number,
     .doc = "Written to the cache", .fallback = "0"},
    {.path = "models.providers.*.models[].compat", .type = Type::object,
     .doc = "Quirks of an OpenAI-like API", .strict = true,
     .known = "supportsStore supportsDeveloperRole supportsReasoningEffort supportsUsageInStreaming "
              "supportsTools supportsStrictMode maxTokensField thinkingFormat requiresToolResultName "
              "requiresAssistantAfterToolResult requiresThinkingAsText toolSchemaProfile "
              "unsupportedToolSchemaKeywords nativeWebSearchTool toolCallArgumentsEncoding "
              "requiresMistralToolIds requiresOpenAiAnthropicToolPayload"},

    {.path = "agents", .type = Type::object, .doc = "Agents", .strict = true},
    {.path = "agents.defaults", .type = Type::object, .doc = "Settings of every agent", .strict = true,
     .known = "params imageModel imageGenerationModel pdfModel pdfMaxBytesMb pdfMaxPages models repoRoot "
              "skipBootstrap bootstrapMaxChars bootstrapTotalMaxChars bootstrapPromptTruncationWarning "
              "timeFormat envelopeTimezone envelopeTimestamp envelopeElapsed contextTokens cliBackends "
              "memorySearch contextPruning compaction embeddedPi thinkingDefault verboseDefault "
              "elevatedDefault blockStreamingDefault blockStreamingBreak blockStreamingChunk "
              "blockStreamingCoalesce humanDelay mediaMaxMb imageMaxDimensionPx typingIntervalSeconds "
              "typingMode heartbeat maxConcurrent subagents sandbox"},
    {.path = "agents.defaults.model", .type = Type::string_or_object,
     .doc = "Model as provider/name, or primary and fallbacks", .fallback = "\"anthropic/claude-opus-4-6\""},
    {.path = "agents.defaults.model.primary", .type = Type::string, .doc = "Model to use"},
    {.path = "agents.defaults.model.fallbacks", .type = Type::string_list,
     .doc = "Models to try when it fails"},
    {.path = "agents.defaults.workspace", .type = Type::string, .doc = "Folder the agent works in"},
    {.path = "agents.defaults.timeoutSeconds", .type = Type::integer, .doc = "Longest run",
     .fallback = "172800", .limits = kPositive},
    {.path = "agents.defaults.llm", .type = Type::object, .doc = "Model calls", .strict = true},
    {.path = "agents.defaults.llm.idleTimeoutSeconds", .type = Type::integer,
     .doc = "Longest silence of a model's stream; 0 = unlimited", .fallback = "60", .limits = kNotNegative},
    {.path = "agents.defaults.userTimezone", .type = Type::string,
     .doc = "Time zone of the user (host's when absent)"},
    {.path = "agents.list", .type = Type::array, .doc = "Agents by id; without it there is one, main"},
    {.path = "agents.list[]", .type = Type::object, .doc = "One agent", .strict = true,
     .known = "agentDir thinkingDefault reasoningDefault fastModeDefault skills memorySearch humanDelay "
              "heartbeat identity groupChat subagents sandbox params tools runtime"},
    {.path = "agents.list[].id", .type = Type::string, .doc = "Its id", .required = true},
    {.path = "agents.list[].default", .type = Type::boolean, .doc = "Whether it answers when none is named"},
    {.path = "agents.list[].name", .type = Type::string, .doc = "Name for people"},
    {.path = "agents.list[].workspace", .type = Type::string, .doc = "Folder it works in"},
    {.path = "agents.list[].model", .type = Type::string_or_object, .doc = "As agents.defaults.model"},
    {.path = "agents.list[].model.primary", .type = Type::string, .doc = "Model to use"},
    {.path = "agents.list[].model.fallbacks", .type = Type::string_list,
     .doc = "Models to try when it fails"},

    {.path = "tools", .type = Type::object, .doc = "Tools of the agents", .strict = true,
     .known = "profile allow alsoAllow deny byProvider web media links sessions loopDetection message "
              "agentToAgent elevated fs subagents sandbox sessions_spawn"},
    {.path = "tools.exec", .type = Type::object, .doc = "Running commands", .strict = true,
     .known = "pathPrepend safeBins strictInlineEval safeBinTrustedDirs safeBinProfiles backgroundMs "
              "timeoutSec cleanupMs notifyOnExit notifyOnExitEmptySuccess applyPatch"},
    {.path = "tools.exec.host", .type = Type::enumeration, .doc = "Where commands run",
     .fallback = "\"auto\"", .allowed = "auto|sandbox|gateway|node"},
    {.path = "tools.exec.security", .type = Type::enumeration, .doc = "Which commands may run",
     .fallback = "\"full\"", .allowed = "deny|allowlist|full"},
    {.path = "tools.exec.ask", .type = Type::enumeration, .doc = "When a person is asked first",
     .fallback = "\"off\"", .allowed = "off|on-miss|always"},
    {.path = "tools.exec.node", .type = Type::string, .doc = "Node that runs them"},

    {.path = "session", .type = Type::object, .doc = "Sessions", .strict = true,
     .known = "identityLinks resetTriggers idleMinutes reset resetByType resetByChannel store "
              "typingIntervalSeconds typingMode parentForkMaxTokens sendPolicy agentToAgent "
              "threadBindings maintenance"},
    {.path = "session.scope", .type = Type::enumeration, .doc = "One session a sender or one for all",
     .fallback = "\"per-sender\"", .allowed = "per-sender|global"},
    {.path = "session.dmScope", .type = Type::enumeration, .doc = "How direct chats share sessions",
     .fallback = "\"main\"", .allowed = "main|per-peer|per-channel-peer|per-account-channel-peer"},
    {.path = "session.mainKey", .type = Type::string, .doc = "Ignored: the main session is always main"},

    {.path = "channels", .type = Type::object, .doc = "Chat channels",
     .known = "defaults modelByChannel bluebubbles discord feishu googlechat imessage irc line matrix "
              "mattermost msteams nextcloud-talk nostr qqbot signal slack synology-chat tlon twitch "
              "whatsapp zalo zalouser"},
    {.path = "channels.telegram", .type = Type::object, .doc = "Telegram", .strict = true,
     .known = "capabilities execApprovals markdown commands customCommands dms direct draftChunk "
              "blockStreamingCoalesce streamMode retry network actions threadBindings heartbeat "
              "healthMonitor autoTopicLabel groupMentionsOnly"},
    {.path = "channels.telegram.enabled", .type = Type::boolean, .doc = "On; true when a token exists"},
    {.path = "channels.telegram.name", .type = Type::string, .doc = "Name of the account for people"},
    {.path = "channels.telegram.botToken", .type = Type::secret,
     .doc = "Token of the bot (else TELEGRAM_BOT_TOKEN)", .secret = true},
    {.path = "channels.telegram.tokenFile", .type = Type::string, .doc = "File that holds the token"},
    {.path = "channels.telegram.dmPolicy", .type = Type::enumeration, .doc = "Who may write to the bot",
     .fallback = "\"pairing\"", .allowed = "pairing|allowlist|open|disabled"},
    {.path = "channels.telegram.allowFrom", .type = Type::id_list, .doc = "Numeric ids of people who may",
     .fallback = "[]"},
    {.path = "channels.telegram.apiRoot", .type = Type::string, .doc = "Root of the Bot API",
     .fallback = "\"https://api.telegram.org\""},
    {.path = "channels.telegram.accounts", .type = Type::map, .doc = "Further bots by name"},
    {.path = "channels.telegram.accounts.*", .type = Type::object, .doc = "The keys of channels.telegram",
     .strict = true},
    {.path = "channels.telegram.defaultAccount", .type = Type::string,
     .doc = "Account that sends when none is named"},
    {.path = "channels.telegram.groupPolicy", .type = Type::enumeration, .doc = "Which groups are heard",
     .fallback = "\"allowlist\"", .allowed = "open|disabled|allowlist"},
    {.path = "channels.telegram.groupAllowFrom", .type = Type::id_list, .doc = "Who is heard in groups"},
    {.path = "channels.telegram.groups", .type = Type::map, .doc = "Groups by id, * for the others"},
    {.path = "channels.telegram.groups.*", .type = Type::object, .doc = "One group", .strict = true,
     .known = "disableAudioPreflight groupPolicy tools toolsBySender skills enabled allowFrom systemPrompt "
              "topics errorPolicy errorCooldownMs"},
    {.path = "channels.telegram.groups.*.requireMention", .type = Type::boolean,
     .doc = "Answer only when mentioned", .fallback = "true"},
    {.path = "channels.telegram.defaultTo", .type = Type::string_or_number, .doc = "Chat to send to",
     .later = true},
    {.path = "channels.telegram.configWrites", .type = Type::boolean, .doc = "Chat may change settings",
     .later = true},
    {.path = "channels.telegram.replyToMode", .type = Type::enumeration, .doc = "Answer as a reply",
     .fallback = "\"off\"", .allowed = "off|first|all", .later = true},
    {.path = "channels.telegram.historyLimit", .type = Type::integer,
     .doc = "Group messages given as context", .limits = kNotNegative, .later = true},
    {.path = "channels.telegram.dmHistoryLimit", .type = Type::integer, .doc = "The same for direct chats",
     .limits = kNotNegative, .later = true},
    {.path = "channels.telegram.textChunkLimit", .type = Type::integer, .doc = "Characters a message",
     .fallback = "4000", .limits = kPositive},
    {.path = "channels.telegram.chunkMode", .type = Type::enumeration, .doc = "Where long texts are cut",
     .fallback = "\"length\"", .allowed = "length|newline", .later = true},
    {.path = "channels.telegram.streaming", .type = Type::boolean_or_enumeration,
     .doc = "Show answers as they grow", .fallback = "\"partial\"", .allowed = "off|partial|block|progress",
     .later = true},
    {.path = "channels.telegram.blockStreaming", .type = Type::boolean, .doc = "Send paragraphs as they end",
     .later = true},
    {.path = "channels.telegram.mediaMaxMb", .type = Type::number, .doc = "Largest file", .fallback = "100",
     .limits = kPositive, .later = true},
    {.path = "channels.telegram.timeoutSeconds", .type = Type::integer, .doc = "Longest Bot API call",
     .fallback = "500", .limits = kPositive},
    {.path = "channels.telegram.proxy", .type = Type::string, .doc = "Proxy to the Bot API", .later = true},
    {.path = "channels.telegram.webhookUrl", .type = Type::string, .doc = "Webhook instead of polling",
     .later = true},
    {.path = "channels.telegram.webhookSecret", .type = Type::secret, .doc = "Its secret", .secret = true,
     .later = true},
    {.path = "channels.telegram.webhookPath", .type = Type::string, .doc = "Its path", .later = true},
    {.path = "channels.telegram.webhookHost", .type = Type::string, .doc = "Its address", .later = true},
    {.path = "channels.telegram.webhookPort", .type = Type::integer, .doc = "Its port",
     .limits = kNotNegative, .later = true},
    {.path = "channels.telegram.webhookCertPath", .type = Type::string, .doc = "Its certificate",
     .later = true},
    {.path = "channels.telegram.reactionNotifications", .type = Type::enumeration,
     .doc = "Reactions the agent sees", .fallback = "\"own\"", .allowed = "off|own|all", .later = true},
    {.path = "channels.telegram.reactionLevel", .type = Type::enumeration, .doc = "Reactions the agent gives",
     .fallback = "\"minimal\"", .allowed = "off|ack|minimal|extensive", .later = true},
    {.path = "channels.telegram.linkPreview", .type = Type::boolean, .doc = "Previews of links",
     .fallback = "true", .later = true},
    {.path = "channels.telegram.silentErrorReplies", .type = Type::boolean, .doc = "Errors without a sound",
     .later = true},
    {.path = "channels.telegram.responsePrefix", .type = Type::string, .doc = "Text before answers",
     .later = true},
    {.path = "channels.telegram.ackReaction", .type = Type::string, .doc = "Reaction that says seen",
     .later = true},
    {.path = "channels.telegram.errorPolicy", .type = Type::enumeration, .doc = "How often errors are told",
     .allowed = "always|once|silent", .later = true},
    {.path = "channels.telegram.errorCooldownMs", .type = Type::integer, .doc = "Pause between told errors",
     .limits = kNotNegative, .later = true},

    {.path = "gateway", .type = Type::object, .doc = "The gateway and the way to it", .strict = true,
     .known = "allowRealIpFallback tools webchat channelHealthCheckMinutes "
              "channelStaleEventThresholdMinutes channelMaxRestartsPerHour tailscale tls http push"},
    {.path = "gateway.port", .type = Type::integer, .doc = "Port for everything", .fallback = "18789",
     .limits = kPort},
    {.path = "gateway.mode", .type = Type::enumeration, .doc = "local = this machine runs the gateway",
     .allowed = "local|remote"},
    {.path = "gateway.bind", .type = Type::enumeration, .doc = "Which addresses it listens on",
     .fallback = "\"loopback\"", .allowed = "auto|lan|loopback|custom|tailnet"},
    {.path = "gateway.customBindHost", .type = Type::string, .doc = "IPv4 address for bind custom"},
    {.path = "gateway.auth", .type = Type::object, .doc = "Who may connect", .strict = true,
     .known = "rateLimit trustedProxy"},
    {.path = "gateway.auth.mode", .type = Type::enumeration,
     .doc = "Kind of shared secret; password when only a password is set, else token",
     .allowed = "none|token|password|trusted-proxy"},
    {.path = "gateway.auth.token", .type = Type::secret, .doc = "Shared token", .secret = true},
    {.path = "gateway.auth.password", .type = Type::secret, .doc = "Shared password", .secret = true},
    {.path = "gateway.auth.allowTailscale", .type = Type::boolean,
     .doc = "Accept the identity Tailscale Serve gives"},
    {.path = "gateway.trustedProxies", .type = Type::string_list,
     .doc = "Addresses or CIDR blocks of proxies", .fallback = "[]"},
    {.path = "gateway.controlUi", .type = Type::object, .doc = "The browser interface", .strict = true,
     .known = "enabled basePath root allowInsecureAuth "
              "dangerouslyDisableDeviceAuth"},
    {.path = "gateway.controlUi.allowedOrigins", .type = Type::string_list,
     .doc = "Origins of browsers let in", .fallback = "[]"},
    {.path = "gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback", .type = Type::boolean,
     .doc = "Let in browsers whose origin equals the Host header", .fallback = "false"},
    {.path = "gateway.remote", .type = Type::object,
     .doc = "The gateway this machine talks to in mode remote", .strict = true},
    {.path = "gateway.remote.url", .type = Type::string, .doc = "Its address, ws:// or wss://"},
    {.path = "gateway.remote.transport", .type = Type::enumeration, .doc = "Through ssh or directly",
     .fallback = "\"ssh\"", .allowed = "ssh|direct"},
    {.path = "gateway.remote.token", .type = Type::secret, .doc = "Token for it", .secret = true},
    {.path = "gateway.remote.password", .type = Type::secret, .doc = "Password for it", .secret = true},
    {.path = "gateway.remote.tlsFingerprint", .type = Type::string, .doc = "SHA-256 of its certificate"},
    {.path = "gateway.remote.sshTarget", .type = Type::string, .doc = "user@host[:port] of the tunnel"},
    {.path = "gateway.remote.sshIdentity", .type = Type::string, .doc = "Key file for it"},
    {.path = "gateway.reload", .type = Type::object, .doc = "Reading changes of this file", .strict = true,
     .known = "debounceMs deferralTimeoutMs"},
    {.path = "gateway.reload.mode", .type = Type::enumeration,
     .doc = "What a running gateway does about changes", .fallback = "\"hybrid\"",
     .allowed = "off|restart|hot|hybrid"},
    {.path = "gateway.nodes", .type = Type::object, .doc = "What nodes may be asked to do", .strict = true,
     .known = "browser"},
    {.path = "gateway.nodes.allowCommands", .type = Type::string_list,
     .doc = "Commands beyond the platform's defaults", .fallback = "[]"},
    {.path = "gateway.nodes.denyCommands", .type = Type::string_list, .doc = "Commands never sent",
     .fallback = "[]"},
};
// clang-format on

}  // namespace

std::span<const Key> schema_table() { return kTable; }

}  // namespace openclaw::config
