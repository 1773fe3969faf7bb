#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "hostile_files.hpp"

namespace dtheta::test {
namespace {

/// Puts something wrong at a place of a file that is otherwise good.
struct Fault {
  const char* name;
  std::function<void(hid_t file, const std::string& place)> put;
};

void require(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("the corpus cannot be made: ") + what);
}

/// A dataset; `bytes` null: nothing is written to it.
void add_dataset(hid_t file, const std::string& place, hid_t type, std::vector<hsize_t> extents,
                 hid_t creation = H5P_DEFAULT, const void* bytes = nullptr) {
  const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
  const hid_t dataset =
      H5Dcreate2(file, place.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  require(dataset >= 0, place.c_str());
  if (bytes != nullptr) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
  H5Dclose(dataset);
  H5Sclose(space);
}

/// Zeros enough for every good or wrong dataset of 6x2 elements here.
constexpr std::array<char, 4096> zeros{};

hid_t chunked(std::vector<hsize_t> extents) {
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(creation, static_cast<int>(extents.size()), extents.data());
  return creation;
}

void add_of_type(hid_t file, const std::string& place, hid_t type) {
  add_dataset(file, place, type, {6, 2}, H5P_DEFAULT, zeros.data());
}

void add_group(hid_t file, const std::string& place) {
  H5Gclose(H5Gcreate2(file, place.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

hid_t compound() {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "re", 0, H5T_IEEE_F32LE);
  H5Tinsert(type, "im", 4, H5T_IEEE_F32LE);
  return type;
}

hid_t text_of(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  return type;
}

hid_t float_of_16_bits() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

hid_t whole_of_bits(std::size_t bits) {
  const hid_t type = H5Tcopy(H5T_STD_I64LE);
  H5Tset_precision(type, bits);
  return type;
}

hid_t array_type() {
  const hsize_t two = 2;
  return H5Tarray_create2(H5T_IEEE_F32LE, 1, &two);
}

hid_t enumeration() {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const char value = 0;
  H5Tenum_insert(type, "zero", &value);
  return type;
}

/// One chunk of raw bytes that is said to be deflated.
void add_raw_chunk(hid_t file, const std::string& place, hsize_t rows, const std::string& chunk) {
  const hid_t creation = chunked({rows, 2});
  H5Pset_deflate(creation, 9);
  add_dataset(file, place, H5T_IEEE_F32LE, {rows, 2}, creation);
  const hid_t dataset = H5Dopen2(file, place.c_str(), H5P_DEFAULT);
  const hsize_t origin[2] = {0, 0};
  H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, origin, chunk.size(), chunk.data());
  H5Dclose(dataset);
}

void add_filtered(hid_t file, const std::string& place, const std::function<void(hid_t)>& filter) {
  const hid_t creation = chunked({3, 2});
  filter(creation);
  add_dataset(file, place, H5T_STD_I32LE, {6, 2}, creation, zeros.data());
}

/// All but the first of three rows of chunks stay unwritten.
void add_partly_written(hid_t file, const std::string& place) {
  add_dataset(file, place, H5T_IEEE_F32LE, {6, 2}, chunked({2, 2}));
  const hid_t dataset = H5Dopen2(file, place.c_str(), H5P_DEFAULT);
  const hsize_t origin[2] = {0, 0};
  H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, origin, 16, zeros.data());
  H5Dclose(dataset);
}

void add_virtual(hid_t file, const std::string& place, const char* source) {
  const hsize_t extents[2] = {6, 2};
  const hid_t space = H5Screate_simple(2, extents, nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(creation, space, source, "/elsewhere", space);
  add_dataset(file, place, H5T_IEEE_F32LE, {6, 2}, creation);
}

void add_external(hid_t file, const std::string& place) {
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(creation, "/etc/passwd", 0, 48);
  add_dataset(file, place, H5T_IEEE_F32LE, {6, 2}, creation);
}

void add_null(hid_t file, const std::string& place) {
  const hid_t space = H5Screate(H5S_NULL);
  H5Dclose(H5Dcreate2(file, place.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                      H5P_DEFAULT));
}

void add_soft(hid_t file, const std::string& place, const std::string& target) {
  H5Lcreate_soft(target.c_str(), file, place.c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void add_wide_cycle(hid_t file, const std::string& place) {
  add_group(file, place);
  for (int i = 0; i < 300; ++i) {
    H5Lcreate_hard(file, place.c_str(), file, (place + "/" + std::to_string(i)).c_str(),
                   H5P_DEFAULT, H5P_DEFAULT);
  }
}

void add_references(hid_t file, const std::string& place) {
  add_of_type(file, place, H5T_STD_REF_OBJ);
}

const std::vector<Fault>& link_faults() {
  static const std::vector<Fault> faults{
      {"missing", [](hid_t, const std::string&) {}},
      {"a group", &add_group},
      {"a group in itself", &add_wide_cycle},
      {"the root",
       [](hid_t f, const std::string& p) {
         H5Lcreate_hard(f, "/", f, p.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"a named type",
       [](hid_t f, const std::string& p) {
         H5Tcommit2(f, p.c_str(), H5Tcopy(H5T_IEEE_F32LE), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"soft link",
       [](hid_t f, const std::string& p) {
         add_of_type(f, "/elsewhere", H5T_IEEE_F32LE);
         add_soft(f, p, "/elsewhere");
       }},
      {"soft link into nothing", [](hid_t f, const std::string& p) { add_soft(f, p, "/nothing"); }},
      {"soft link to itself", [](hid_t f, const std::string& p) { add_soft(f, p, p); }},
      {"external link",
       [](hid_t f, const std::string& p) {
         H5Lcreate_external("/etc/passwd", "/x", f, p.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"external storage", &add_external},
      {"virtual", [](hid_t f, const std::string& p) { add_virtual(f, p, "/etc/passwd"); }},
      {"virtual, of this file", [](hid_t f, const std::string& p) {
         add_of_type(f, "/elsewhere", H5T_IEEE_F32LE);
         add_virtual(f, p, ".");
       }}};
  return faults;
}

const std::vector<Fault>& type_faults() {
  static const std::vector<Fault> faults{
      {"texts", [](hid_t f, const std::string& p) { add_of_type(f, p, text_of(7)); }},
      {"texts of 100 MB each",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, text_of(100'000'000), {6, 2});
       }},
      {"compounds", [](hid_t f, const std::string& p) { add_of_type(f, p, compound()); }},
      {"enumeration", [](hid_t f, const std::string& p) { add_of_type(f, p, enumeration()); }},
      {"references", &add_references},
      {"sequences",
       [](hid_t f, const std::string& p) { add_of_type(f, p, H5Tvlen_create(H5T_STD_I8LE)); }},
      {"arrays", [](hid_t f, const std::string& p) { add_of_type(f, p, array_type()); }},
      {"opaque",
       [](hid_t f, const std::string& p) { add_of_type(f, p, H5Tcreate(H5T_OPAQUE, 4)); }},
      {"bits", [](hid_t f, const std::string& p) { add_of_type(f, p, H5T_STD_B8LE); }},
      {"float16", [](hid_t f, const std::string& p) { add_of_type(f, p, float_of_16_bits()); }},
      {"long double", [](hid_t f, const std::string& p) { add_of_type(f, p, H5T_NATIVE_LDOUBLE); }},
      {"int of 5 bits", [](hid_t f, const std::string& p) { add_of_type(f, p, whole_of_bits(5)); }},
      {"int of 63 bits",
       [](hid_t f, const std::string& p) { add_of_type(f, p, whole_of_bits(63)); }}};
  return faults;
}

const std::vector<Fault>& size_faults() {
  constexpr hsize_t huge = hsize_t{1} << 40;
  static const std::vector<Fault> faults{
      {"null", &add_null},
      {"6 axes",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {6, 2, 1, 1, 1, 1}, H5P_DEFAULT, zeros.data());
       }},
      {"32 axes",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, std::vector<hsize_t>(32, 1), H5P_DEFAULT, zeros.data());
       }},
      {"no rows",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {0, 2});
       }},
      {"another number of rows",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {5, 2}, H5P_DEFAULT, zeros.data());
       }},
      {"unwritten",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {6, 2});
       }},
      {"huge",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {huge, 2});
       }},
      {"too huge for 64 bits",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_IEEE_F32LE, {huge, huge}, chunked({1, 1}));
       }},
      {"huge in huge chunks",
       [](hid_t f, const std::string& p) {
         add_dataset(f, p, H5T_STD_U8LE, {huge, 2}, chunked({1 << 30, 2}));
       }},
      {"partly written", &add_partly_written},
      {"huge chunk of little",
       [](hid_t f, const std::string& p) { add_raw_chunk(f, p, 100'000'000, "little"); }},
      {"a chunk that is no deflate",
       [](hid_t f, const std::string& p) { add_raw_chunk(f, p, 6, "garbage"); }},
      {"a chunk that unpacks to too little",
       [](hid_t f, const std::string& p) {
         add_raw_chunk(f, p, 6, std::string("\x78\x9c\x03\x00\x00\x00\x00\x01", 8));
       }},
      {"scale-offset filter",
       [](hid_t f, const std::string& p) {
         add_filtered(f, p, [](hid_t c) { H5Pset_scaleoffset(c, H5Z_SO_INT, 4); });
       }},
      {"n-bit filter",
       [](hid_t f, const std::string& p) { add_filtered(f, p, [](hid_t c) { H5Pset_nbit(c); }); }},
      {"unknown filter",
       [](hid_t f, const std::string& p) {
         add_filtered(f, p,
                      [](hid_t c) { H5Pset_filter(c, 32'015, H5Z_FLAG_OPTIONAL, 0, nullptr); });
       }},
      {"deflated twice", [](hid_t f, const std::string& p) {
         add_filtered(f, p, [](hid_t c) {
           H5Pset_deflate(c, 9);
           H5Pset_deflate(c, 9);
         });
       }}};
  return faults;
}

void add_text(hid_t file, const char* attribute, const std::string& text) {
  const hid_t type = text_of(std::max<std::size_t>(text.size(), 1));
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t created = H5Acreate2(file, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  require(created >= 0, attribute);
  H5Awrite(created, type, text.data());
  H5Aclose(created);
}

constexpr const char* config = R"({"class_name": "Sequential", "config": {"layers": [
  {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 6], "name": "i"}},
  {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "softmax"}}]}})";

/// What a file of a kind consists of.
struct Anatomy {
  FileKind kind;
  std::string name;
  std::vector<std::string> groups;
  std::vector<std::string> places;  ///< of the datasets
};

const std::vector<Anatomy>& anatomies() {
  static const std::vector<Anatomy> all{
      {FileKind::dataset, "dataset", {"/train"}, {"/train/x", "/train/y"}},
      {FileKind::dataset, "course", {}, {"/train_set_x", "/train_set_y"}},
      {FileKind::model,
       "model",
       {"/model_weights", "/model_weights/d"},
       {"/model_weights/d/kernel:0", "/model_weights/d/bias:0"}}};
  return all;
}

/// The good dataset that belongs to a place.
void add_good(hid_t file, const std::string& place) {
  if (place.ends_with("bias:0")) {
    add_dataset(file, place, H5T_IEEE_F32LE, {2}, H5P_DEFAULT, zeros.data());
  } else if (place.ends_with("y")) {
    add_dataset(file, place, H5T_STD_I32LE, {6}, H5P_DEFAULT, zeros.data());
  } else {
    add_of_type(file, place, H5T_IEEE_F32LE);
  }
}

/// The bytes of a file that fill() fills.
std::string bytes_of_file(const std::function<void(hid_t)>& fill,
                          H5F_libver_t version = H5F_LIBVER_EARLIEST) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "corpus.h5";
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  require(file >= 0, "no file");
  fill(file);
  require(H5Fclose(file) >= 0, "the file cannot be closed");
  H5Pclose(access);
  return read_file(path);
}

/// A good file but for the fault at one place.
std::string file_with(const Anatomy& anatomy, const std::string& place, const Fault& fault,
                      H5F_libver_t version) {
  return bytes_of_file(
      [&](hid_t file) {
        if (anatomy.kind == FileKind::model) add_text(file, "model_config", config);
        for (const std::string& group : anatomy.groups) add_group(file, group);
        for (const std::string& other : anatomy.places) {
          if (other != place) add_good(file, other);
        }
        fault.put(file, place);
      },
      version);
}

bool is_harmless(const std::string& place, const std::string& fault) {
  const bool are_texts = fault == "texts";  // labels may be that, and be any
  return are_texts && place.ends_with("y");
}

void visit_faults(const Anatomy& anatomy, const std::vector<Fault>& faults, const Visitor& visit) {
  for (const auto& [version, age] :
       {std::pair{H5F_LIBVER_EARLIEST, "old"}, std::pair{H5F_LIBVER_LATEST, "new"}}) {
    for (const std::string& place : anatomy.places) {
      for (const Fault& fault : faults) {
        visit({.name = anatomy.name + " (" + age + ") " + place + ": " + fault.name,
               .kind = anatomy.kind,
               .must_fail = !is_harmless(place, fault.name),
               .bytes = file_with(anatomy, place, fault, version)});
      }
    }
  }
}

/// A good model but for its configuration.
void visit_configs(const Visitor& visit) {
  const std::string text = config;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  const std::vector<std::pair<const char*, std::string>> configs{
      {"empty", ""},
      {"no JSON", "import os"},
      {"deep", std::string(30'000, '[')},
      {"a number", "1"},
      {"no layers", R"({"class_name": "Sequential", "config": {"layers": []}})"},
      {"Lambda", with("Dense", "Lambda")},
      {"huge units", with(": 2,", ": 2147483647,")},
      {"negative units", with(": 2,", ": -2,")},
      {"huge input", with("6]", "2147483647]")},
      {"many outputs and no weights",
       R"({"class_name": "Sequential", "config": {"layers": [
          {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2147483647]}},
          {"class_name": "Activation", "config": {"activation": "relu"}},
          {"class_name": "Activation", "config": {"activation": "softmax"}}]}})"}};
  for (const auto& [name, json] : configs) {
    const std::string bytes = bytes_of_file([&](hid_t file) {
      add_text(file, "model_config", json);
      for (const std::string& group : anatomies().back().groups) add_group(file, group);
      for (const std::string& place : anatomies().back().places) add_good(file, place);
    });
    visit({.name = std::string("model_config: ") + name,
           .kind = FileKind::model,
           .must_fail = true,
           .bytes = bytes});
  }
}

/// HDF5 would divide by the extents.
void visit_chunks_of_nothing(const Visitor& visit) {
  const Fault chunks{"chunks", [](hid_t f, const std::string& p) {
                       add_dataset(f, p, H5T_IEEE_F32LE, {6, 2}, chunked({3, 2}), zeros.data());
                     }};
  for (const auto& [version, extents] :
       {std::pair{H5F_LIBVER_EARLIEST, std::string("\3\0\0\0\2\0\0\0\4\0\0\0", 12)},
        std::pair{H5F_LIBVER_LATEST, std::string("\3\1\3\2\4")}}) {
    const Anatomy& anatomy = anatomies().front();
    std::string bytes = file_with(anatomy, anatomy.places.front(), chunks, version);
    const auto at = bytes.find(extents);
    require(at != std::string::npos, "no chunks found");
    bytes[at + (version == H5F_LIBVER_LATEST ? 2 : 0)] = 0;
    visit({.name = "chunks of no rows", .kind = anatomy.kind, .must_fail = true, .bytes = bytes});
  }
}

/// Groups whose members lie nowhere: HDF5 would look that address up where it has nothing yet.
void visit_members_nowhere(const Visitor& visit) {
  constexpr std::size_t child = 32;  // of a B-tree's node: the address of its first child
  for (const Anatomy& anatomy : anatomies()) {
    const std::string good = bytes_of_file([&](hid_t file) {
      if (anatomy.kind == FileKind::model) add_text(file, "model_config", config);
      for (const std::string& group : anatomy.groups) add_group(file, group);
      for (const std::string& place : anatomy.places) add_good(file, place);
    });
    int groups = 0;
    for (auto tree = good.find("TREE"); tree != std::string::npos;
         tree = good.find("TREE", tree + 1)) {
      std::string bytes = good;
      bytes.replace(tree + child, 8, 8, '\xff');
      visit({.name = anatomy.name + ": members of group " + std::to_string(++groups) + " nowhere",
             .kind = anatomy.kind,
             .must_fail = true,
             .bytes = bytes});
    }
    require(groups == static_cast<int>(anatomy.groups.size()) + 1, "another number of groups");
  }
}

/// Files that are hardly HDF5.
void visit_stumps(const Visitor& visit) {
  const std::string signature = "\x89HDF\r\n\x1a\n";
  const std::vector<std::pair<const char*, std::string>> stumps{
      {"empty", ""},
      {"text", "x,y\n1,2\n"},
      {"signature", signature},
      {"signature and zeros", signature + std::string(4096, '\0')},
      {"signature and ones", signature + std::string(4096, '\xff')},
      {"signature behind a user block", std::string(512, ' ') + signature},
      {"nothing but a root", bytes_of_file([](hid_t) {})}};
  for (const auto& [name, bytes] : stumps) {
    for (const FileKind kind : {FileKind::dataset, FileKind::model}) {
      visit({.name = name, .kind = kind, .must_fail = true, .bytes = bytes});
    }
  }
}

}  // namespace

void visit_misleading_files(const Visitor& visit) {
  for (const Anatomy& anatomy : anatomies()) {
    visit_faults(anatomy, link_faults(), visit);
    visit_faults(anatomy, type_faults(), visit);
    visit_faults(anatomy, size_faults(), visit);
  }
  visit_configs(visit);
  visit_chunks_of_nothing(visit);
  visit_members_nowhere(visit);
  visit_stumps(visit);
}

}  // namespace dtheta::test
