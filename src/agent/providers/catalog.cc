#include "agent/providers/catalog.h"

namespace openclaw::agent {
namespace {

constexpr std::string_view kOpenAi = "openai-completions";
constexpr std::string_view kAnthropic = "anthropic-messages";

// openai, google and ollama have APIs of their own too; here they are reached through their compatible ones.
constexpr KnownProvider kProviders[] = {
    {"anthropic", "https://api.anthropic.com", kAnthropic, "ANTHROPIC_API_KEY", "", true},
    {"openai", "https://api.openai.com/v1", kOpenAi, "OPENAI_API_KEY", "", true},
    {"google", "https://generativelanguage.googleapis.com/v1beta/openai", kOpenAi, "GEMINI_API_KEY",
     "GOOGLE_API_KEY", true},
    {"openrouter", "https://openrouter.ai/api/v1", kOpenAi, "OPENROUTER_API_KEY", ""},
    {"groq", "https://api.groq.com/openai/v1", kOpenAi, "GROQ_API_KEY", ""},
    {"xai", "https://api.x.ai/v1", kOpenAi, "XAI_API_KEY", ""},
    {"mistral", "https://api.mistral.ai/v1", kOpenAi, "MISTRAL_API_KEY", ""},
    {"cerebras", "https://api.cerebras.ai/v1", kOpenAi, "CEREBRAS_API_KEY", ""},
    {"together", "https://api.together.xyz/v1", kOpenAi, "TOGETHER_API_KEY", ""},
    {"venice", "https://api.venice.ai/api/v1", kOpenAi, "VENICE_API_KEY", ""},
    {"deepseek", "https://api.deepseek.com/v1", kOpenAi, "DEEPSEEK_API_KEY", ""},
    {"nvidia", "https://integrate.api.nvidia.com/v1", kOpenAi, "NVIDIA_API_KEY", ""},
    {"litellm", "http://127.0.0.1:4000/v1", kOpenAi, "LITELLM_API_KEY", ""},
    {"moonshot", "https://api.moonshot.ai/v1", kOpenAi, "MOONSHOT_API_KEY", ""},
    {"zai", "https://api.z.ai/api/paas/v4", kOpenAi, "ZAI_API_KEY", "Z_AI_API_KEY"},
    {"qianfan", "https://qianfan.baidubce.com/v2", kOpenAi, "QIANFAN_API_KEY", ""},
    {"huggingface", "https://router.huggingface.co/v1", kOpenAi, "HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"},
    {"minimax", "https://api.minimax.io/anthropic", kAnthropic, "MINIMAX_API_KEY", ""},
    {"synthetic", "https://api.synthetic.new/anthropic", kAnthropic, "SYNTHETIC_API_KEY", ""},
    {"xiaomi", "https://api.xiaomimimo.com/anthropic", kAnthropic, "XIAOMI_API_KEY", ""},
    {"kimi", "https://api.kimi.com/coding", kAnthropic, "KIMI_API_KEY", "KIMICODE_API_KEY"},
    {"ollama", "http://127.0.0.1:11434/v1", kOpenAi, "OLLAMA_API_KEY", ""},
    {"vllm", "http://127.0.0.1:8000/v1", kOpenAi, "VLLM_API_KEY", ""},
    {"sglang", "http://127.0.0.1:30000/v1", kOpenAi, "SGLANG_API_KEY", ""},
};

struct KnownModels {
  std::string_view prefix;
  std::int64_t context_window, max_tokens;
};
// The first prefix that fits. An output limit above the model's own is refused by Anthropic, so these are
// floors.
constexpr KnownModels kModels[] = {
    {"claude-3-5-", 200'000, 8'192}, {"claude-3-7-", 200'000, 32'000}, {"claude-3-", 200'000, 4'096},
    {"claude-", 200'000, 32'000},    {"gpt-4o", 128'000, 16'384},      {"gpt-4.1", 1'000'000, 32'000},
    {"gpt-5", 400'000, 32'000},
};

}  // namespace

const KnownProvider* known_provider(std::string_view id) {
  for (const auto& provider : kProviders) {
    if (provider.id == id) return &provider;
  }
  return nullptr;
}

void apply_model_defaults(ModelTarget& target) {
  for (const auto& known : kModels) {
    if (!target.model.starts_with(known.prefix)) continue;
    target.context_window = known.context_window;
    target.max_tokens = known.max_tokens;
    return;
  }
}

}  // namespace openclaw::agent
