// What clients are told about channels: the `channels.status` result and the channel part of `health`. Pure.
#pragma once
#include "channels/channel.h"
#include "json/json.h"

#include <vector>

namespace openclaw::channels {

json::Object channels_status_json(std::vector<const Channel*> channels, std::int64_t now);

// One value of the `channels` map of `health`: the default account's summary, with all accounts below it.
json::Object channel_summary(const Channel& channel);
// {channels, channelOrder, channelLabels}, as they stand in the `health` payload.
json::Object channels_health_json(std::vector<const Channel*> channels);

}  // namespace openclaw::channels
