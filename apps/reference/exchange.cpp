#include "exchange.hpp"

#include <bit>
#include <iostream>
#include <stdexcept>

namespace dtheta::reference {

static_assert(std::endian::native == std::endian::little);

const std::vector<double>& Message::array(const std::string& name) const {
  const auto found = arrays.find(name);
  if (found == arrays.end()) throw std::runtime_error("the request lacks the array " + name);
  return found->second;
}

bool read_message(std::istream& in, Message& message) {
  std::string line;
  if (!std::getline(in, line)) return false;
  const nlohmann::json header = nlohmann::json::parse(line);
  message = {.settings = header.at("settings")};
  for (const auto& entry : header.at("arrays")) {
    std::vector<double> numbers(entry.at(1).get<std::size_t>());
    const auto bytes = static_cast<std::streamsize>(numbers.size() * sizeof(double));
    if (!in.read(reinterpret_cast<char*>(numbers.data()), bytes)) {
      throw std::runtime_error("the request breaks off");
    }
    message.arrays.emplace(entry.at(0).get<std::string>(), std::move(numbers));
  }
  return true;
}

void write_message(std::ostream& out, const Message& message) {
  nlohmann::json names = nlohmann::json::array();
  for (const auto& [name, numbers] : message.arrays) names.push_back({name, numbers.size()});
  out << nlohmann::json{{"settings", message.settings}, {"arrays", names}}.dump() << '\n';
  for (const auto& [name, numbers] : message.arrays) {
    out.write(reinterpret_cast<const char*>(numbers.data()),
              static_cast<std::streamsize>(numbers.size() * sizeof(double)));
  }
  out.flush();
}

}  // namespace dtheta::reference
