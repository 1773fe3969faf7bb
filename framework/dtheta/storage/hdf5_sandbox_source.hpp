/// SandboxSource: an HDF5 file that another process reads for this one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/descriptor.hpp"
#include "dtheta/storage/hdf5_source.hpp"
#include "dtheta/storage/sandbox.hpp"
#include "dtheta/storage/sandbox_process.hpp"

namespace dtheta::hdf5 {

/// Asks a sandbox and checks what it answers: it may have fallen to the file. Nothing is allocated
/// for an answer before it has arrived, or for an array before it was held against the file's size.
class SandboxSource final : public Source {
 public:
  /// `file` is open, and need not stay so; `name` is its name in messages. Throws RuntimeUnusable
  /// when there is no sandbox to be had, DataError when the file is not HDF5 or is damaged: in what
  /// way the sandbox ended, if it did.
  SandboxSource(const Sandbox& sandbox, int file, const std::filesystem::path& name);

  Presence presence(std::string_view object) const override;
  std::vector<std::string> members(std::string_view group) const override;
  Content content(std::string_view dataset) const override;
  OpenArray open(std::string_view dataset) const override;
  void read_rows(const OpenArray& array, Size first, Size count,
                 std::span<std::byte> numbers) const override;
  std::vector<std::string> read_texts(std::string_view dataset) const override;
  std::string storage_text(std::string_view dataset) const override;
  std::optional<double> number(std::string_view object,
                               const std::string& attribute) const override;
  std::optional<std::string> text(std::string_view object,
                                  const std::string& attribute) const override;
  std::vector<SplitRow> split_table() const override;
  std::vector<TreeEntry> entries(const TreeLimits& limits) const override;

 private:
  template <class Read>
  auto ask(sandbox::Question question, const sandbox::Packer& asked, Read read) const;

  /// work(), with the file's name put in front of a message that lacks it.
  template <class Work>
  auto with_name(Work work) const {
    try {
      return work();
    } catch (const sandbox::WithoutName& error) {
      throw DataError(path_.string() + ": " + error.what());
    }
  }

  std::filesystem::path path_;
  Size file_size_;
  std::unique_ptr<sandbox::Process> process_;
};

}  // namespace dtheta::hdf5
