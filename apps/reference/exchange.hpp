/// How the program and its caller exchange numbers: requests on standard input, answers on standard
/// output.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace dtheta::reference {

/// A request or an answer: settings, and named arrays of numbers.
///
/// As bytes: a line of JSON, {"settings": {...}, "arrays": [["x", 12], ...]}, then the numbers of
/// all arrays as little-endian float64, one after another. A value.
struct Message {
  nlohmann::json settings = nlohmann::json::object();
  std::map<std::string, std::vector<double>> arrays = {};

  /// The array of that name. Throws std::runtime_error when there is none.
  const std::vector<double>& array(const std::string& name) const;
};

/// Reads one message; false at the end of the input. Throws std::runtime_error when it breaks off.
bool read_message(std::istream& in, Message& message);
void write_message(std::ostream& out, const Message& message);

}  // namespace dtheta::reference
