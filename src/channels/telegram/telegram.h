// The Telegram channel of the default account: long polling in (poller.h), outbox out (outbox.h).
#pragma once
#include "base/clock.h"
#include "base/task.h"
#include "channels/channel.h"
#include "channels/telegram/settings.h"
#include "store/store.h"

#include <memory>

namespace openclaw::channels::telegram {

// Nothing happens before start(). stop() has to be awaited before the store and the sink go away; a channel
// that was stopped cannot be started again, make a new one.
std::unique_ptr<Channel> make_telegram(base::Loop& loop, const base::Clock& clock, store::Store& store,
                                       InboundSink& sink, TelegramSettings settings);

}  // namespace openclaw::channels::telegram
