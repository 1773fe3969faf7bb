#include "dtheta/data/augmentation_list.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"
#include "dtheta/core/trimmed.hpp"

namespace dtheta {
namespace {

using enum AugmentationKind;

/// What is known of a kind.
struct KindRow {
  AugmentationKind kind;
  std::string_view name;
  std::string_view amount;  ///< stands for the amount in the grammar; empty: there is none
  double most = 0;          ///< amounts are above 0 and at most this
  bool is_whole = false;
  std::string_view what;
};

constexpr std::array rows{
    KindRow{flip, "flip", "", 0, false, "mirrored left to right, one time in two"},
    KindRow{flip_vertical, "flip vertical", "", 0, false,
            "mirrored top to bottom, one time in two"},
    KindRow{crop, "crop", "N", 65535, true,
            "moved by up to N pixels each way: N zeros around it, then a crop of the old size"},
    KindRow{shift, "shift", "SHARE", 0.9, false,
            "moved by up to this share of its height and of its width"},
    KindRow{rotate, "rotate", "DEGREES", 180, false,
            "turned about its centre by up to so many degrees either way"},
    KindRow{scale, "scale", "SHARE", 0.9, false,
            "enlarged by a factor from 1 - SHARE to 1 + SHARE about its centre"},
    KindRow{brightness, "brightness", "SHARE", 1, false,
            "numbers before --mean-std multiplied by 1 - SHARE to 1 + SHARE"},
    KindRow{contrast, "contrast", "SHARE", 1, false,
            "distances from the picture's mean, by channel, multiplied by 1 - SHARE to 1 + SHARE"},
    KindRow{cutout, "cutout", "N", 65535, true,
            "zeros in a square of N x N pixels about a random one"},
    KindRow{mixup, "mixup", "ALPHA", 1000, false,
            "mixed with the next sample of its batch, targets too, by a share from "
            "Beta(ALPHA, ALPHA)"},
};

const KindRow& row_of(AugmentationKind kind) {
  return *std::ranges::find(rows, kind, &KindRow::kind);
}

[[noreturn]] void refuse(std::string_view entry, std::string_view why) {
  throw UsageError(
      fmt::format("augmentation '{}': {}\nKnown entries:\n{}", entry, why, augmentation_grammar()));
}

/// In lower case, with one blank between words.
std::string normalized(std::string_view entry) {
  std::string text;
  for (const char c : trimmed(entry)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) == 0) {
      text += static_cast<char>(std::tolower(byte));
    } else if (text.back() != ' ') {
      text += ' ';
    }
  }
  return text;
}

double parse_amount(std::string_view entry, std::string_view text, const KindRow& row) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  const bool is_in_range = is_number && amount > 0 && amount <= row.most;
  if (!is_in_range || (row.is_whole && amount != std::floor(amount))) {
    refuse(entry, fmt::format("{} wants {} after it, {}", row.name, row.amount,
                              row.is_whole ? fmt::format("a whole number from 1 to {}", row.most)
                                           : fmt::format("above 0, at most {}", row.most)));
  }
  return amount;
}

AugmentationStep parse_entry(std::string_view entry) {
  const std::string text = normalized(entry);
  const auto whole = std::ranges::find(rows, text, &KindRow::name);
  if (whole != rows.end() && whole->amount.empty()) return {.kind = whole->kind};
  const std::string_view word = std::string_view(text).substr(0, text.find(' '));
  const auto row = std::ranges::find(rows, word, &KindRow::name);
  if (row == rows.end()) {
    std::vector<std::string> known;
    for (const KindRow& each : rows) known.emplace_back(each.name);
    refuse(entry, "unknown" + did_you_mean(word, known));
  }
  const std::string_view rest = trimmed(std::string_view(text).substr(word.size()));
  if (row->amount.empty()) refuse(entry, fmt::format("'{}' means nothing here", rest));
  return {.kind = row->kind, .amount = parse_amount(entry, rest, *row)};
}

}  // namespace

std::vector<AugmentationStep> parse_augmentation_list(std::string_view text) {
  std::vector<AugmentationStep> steps;
  if (trimmed(text).empty()) return steps;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const std::string_view entry = trimmed(text.substr(begin, end - begin));
    const AugmentationStep step = parse_entry(entry);
    if (std::ranges::count(steps, step.kind, &AugmentationStep::kind) > 0) {
      refuse(entry, "it comes twice");
    }
    if (!steps.empty() && steps.back().kind == mixup) {
      refuse(entry, "it comes after mixup, which must be the last");
    }
    steps.push_back(step);
    begin = end + 1;
  }
  return steps;
}

std::string augmentation_list_text(const std::vector<AugmentationStep>& steps) {
  std::string text;
  for (const AugmentationStep& step : steps) {
    const KindRow& row = row_of(step.kind);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", row.name);
    if (!row.amount.empty()) text += fmt::format(" {}", step.amount);
  }
  return text;
}

std::string augmentation_grammar() {
  std::string text;
  for (const KindRow& row : rows) {
    const std::string usage = fmt::format("{} {}", row.name, row.amount);
    text += fmt::format("  {:<18}{}\n", usage, row.what);
  }
  return text;
}

}  // namespace dtheta
