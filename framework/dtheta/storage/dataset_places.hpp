/// Which datasets of an HDF5 file are the samples and targets of which part.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dtheta/data/splits.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {

/// One part of a data set: where its samples and its targets lie.
struct PartPlace {
  std::optional<Dataset> DatasetSplits::*part;
  std::string x;
  std::string y;
  Size first = 0;                  ///< the part's first row of x and y
  std::optional<Size> count = {};  ///< how many rows from there on; none: all
};

/// The places of a data set.
struct DatasetPlaces {
  std::string rule;              ///< what they were recognised by, for people
  std::vector<PartPlace> parts;  ///< at least one; train, validation, test
  std::string class_list;        ///< a dataset with an entry a class; empty: there is none
  /// Samples of parts that have no targets, and so are no parts.
  std::vector<std::string> left_out = {};
};

/// Finds the data set in `file`: where `reading` says, else by the first rule that fits; the rules
/// stand in dataset_places.cpp and docs/formats.md. Throws UnknownLayout when none does, DataError
/// when several datasets could be the one, UsageError for an x without a y.
DatasetPlaces find_places(const hdf5::Reader& file, const DatasetReading& reading);

}  // namespace dtheta
