/// How numbers, sizes, times and tables are written for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta::cli {

/// 1234567 → "1,234,567".
std::string grouped(Size number);

/// "512 B", "1.5 KiB", "23.4 MiB", ...: three or four digits.
std::string bytes_text(Size bytes);

/// A duration to read at a glance: "15 ms", "0.4 s", "12 s", "3 min 05 s", "2 h 10 min".
std::string duration_text(double seconds);

/// A share in [0, 1] as "98.76 %".
std::string percent_text(double share);

/// The shortest decimal that reads back to the same bits: 0.1, not 0.10000000000000001.
std::string exact_text(double number);

/// "s" unless count is 1.
std::string_view plural(Size count);

/// `text` broken at blanks into lines of at most `width` characters; newlines are kept.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

enum class Align { left, right };

/// Rows of cells as lines of aligned columns, two blanks between them; no blanks at line ends.
/// Every row needs as many cells as there are alignments.
std::string table_text(const std::vector<std::vector<std::string>>& rows,
                       const std::vector<Align>& alignments);

}  // namespace dtheta::cli
