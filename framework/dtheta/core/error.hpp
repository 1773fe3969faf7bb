/// The errors dtheta throws at its borders: constructors, files, the command line.
#pragma once

#include <stdexcept>
#include <string>

namespace dtheta {

/// What the process returns to the shell; the numbers of sysexits.h where one fits.
enum class ExitCode : int {
  done = 0,
  usage = 2,              ///< an option, layer list or argument that cannot be
  bad_data = 65,          ///< a file's content is not what it should be
  unusable_runtime = 69,  ///< the BLAS or the threads cannot be used
  cannot_create = 73,     ///< an output cannot be created
  input_output = 74,      ///< reading or writing failed
  stopped = 75,           ///< stopped on request; can be resumed
  diverged = 76,          ///< the loss is no longer finite
};

/// Base of all dtheta exceptions. The message says where, what was found, what was wanted and
/// how to mend it; `exit_code` is what the command line returns for it.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode exit_code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// The caller asked for something that cannot be: an unknown layer, contradictory options, a
/// kernel larger than its input.
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// The content of a file or data set is wrong: truncated, mis-shaped, NaN, label out of range.
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::bad_data, message) {}
};

/// The BLAS library or the threads of this machine cannot be used.
struct RuntimeUnusable : Error {
  explicit RuntimeUnusable(const std::string& message)
      : Error(ExitCode::unusable_runtime, message) {}
};

/// An output file cannot be created.
struct CannotCreate : Error {
  explicit CannotCreate(const std::string& message) : Error(ExitCode::cannot_create, message) {}
};

/// Opening, reading or writing a file failed (missing file, disk full, read error).
struct InputOutputError : Error {
  explicit InputOutputError(const std::string& message) : Error(ExitCode::input_output, message) {}
};

/// Training was stopped on request after it had left a checkpoint: it can be resumed.
struct Stopped : Error {
  explicit Stopped(const std::string& message) : Error(ExitCode::stopped, message) {}
};

/// Training produced a loss that is not finite.
struct Diverged : Error {
  explicit Diverged(const std::string& message) : Error(ExitCode::diverged, message) {}
};

}  // namespace dtheta
