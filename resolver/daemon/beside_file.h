// Replaces a file as a whole: the new one is written beside it (the name and `.new`) and then put
// in its place. Whenever that is interrupted, the old file or the new one is there, and whole.
//
// Thread: any; one at a time for a path. Bound: one descriptor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

// The folder that holds `path`: "." for a name alone.
std::string FolderOf(const std::string& path);

// Why this process cannot make files in the folder: 0, or the error.
int WhyNoFilesIn(const std::string& folder);

// The new file, empty, to be written and read. What an earlier process left there is removed. When
// it is not open, errno says why.
io::OwnedFd MakeBeside(const std::string& path, mode_t mode);
void RemoveBeside(const std::string& path);

// 0, or the error.
int WriteAll(int fd, std::span<const uint8_t> octets);

// Gives the new file the name of the old one. 0, or the error; then the new file is removed.
// `synchronise`: waits until the name is on the disk. (The content is when the caller did fsync.)
int PutInPlace(const std::string& path, bool synchronise);

// All of this for a small file, and the disk has it. 0, or the error.
int ReplaceFile(const std::string& path, std::span<const uint8_t> octets, mode_t mode);

// A change of names in the folder of `path` is on the disk after that, where this is possible.
void SynchroniseFolderOf(const std::string& path);

}  // namespace tern::resolver::daemon
