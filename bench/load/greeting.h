// The connect request of a load generator's connection: signed by one of a few identities made beforehand, or
// without a device.
#pragma once
#include "crypto/crypto.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::bench {

class Greeter {
 public:
  // `identities` 0 = connect without a device.
  Greeter(std::string token, std::size_t identities);
  std::size_t identities() const { return devices_.size(); }
  // The text of the connect request for connection number `index`.
  std::string connect_request(std::string_view challenge, std::size_t index) const;

 private:
  struct Device {
    crypto::KeyPair key;
    std::string id, public_key;
  };
  std::string token_;
  std::vector<Device> devices_;
};

}  // namespace openclaw::bench
