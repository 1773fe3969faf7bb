/// Console: where a command writes, and what the reader's terminal can show.
#pragma once

#include <ostream>
#include <string_view>

namespace dtheta::cli {

/// Results go to `out`, all else (progress, notes, warnings, errors) to `err`. The streams must
/// outlive it. One thread at a time may use it.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool is_live = false;    ///< `err` is a terminal on which a line can be drawn again
  bool is_colour = false;  ///< `err` may be coloured

  /// "dtheta: note: ..." on `err`.
  void note(std::string_view message) const;
  /// "dtheta: warning: ..." on `err`.
  void warn(std::string_view message) const;
  /// "dtheta: ..." on `err`.
  void error(std::string_view message) const;

  /// Width of the terminal behind standard error, as it is now; 80 where there is none.
  int columns() const;
};

/// The console of this process: standard output and error. Lines are drawn live unless TERM is
/// "dumb"; coloured unless NO_COLOR is set to anything (no-color.org).
Console standard_console();

}  // namespace dtheta::cli
