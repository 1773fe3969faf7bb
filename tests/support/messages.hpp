/// What a call throws, as text to look into.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace dtheta::test {

/// The message of the `Exception` that call() throws; a note that none came fails any match.
template <class Exception>
std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// For EXPECT_TRUE: prints the text when it lacks the part.
inline testing::AssertionResult contains(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' is not in '" << text << "'";
}

}  // namespace dtheta::test
