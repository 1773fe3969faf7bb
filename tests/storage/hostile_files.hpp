/// HDF5 files that nobody should have to read: cut, altered, or made to mislead.
#pragma once

#include <functional>
#include <string>

#include "support/temporary_folder.hpp"

namespace dtheta::test {

/// What a file pretends to be.
enum class FileKind { dataset, model, checkpoint };

/// One file of the corpus.
struct HostileFile {
  std::string name;  ///< "dataset /train/x: soft link"
  FileKind kind;
  bool must_fail;  ///< false: it may have come out readable, as after a flipped bit of a number
  std::string bytes;
};

using Visitor = std::function<void(const HostileFile&)>;

/// Files that mislead, one fault each: links, types, shapes, layouts, filters, missing parts,
/// attributes. Written with the HDF5 library itself.
void visit_misleading_files(const Visitor& visit);

/// Good data sets, models and checkpoints, cut after every 512 bytes and before the last one.
void visit_truncated_files(const Visitor& visit);

/// The same files with one to eight bits flipped, `count` of each kind; the same every time.
void visit_flipped_files(int count, const Visitor& visit);

}  // namespace dtheta::test
