/* elf_check.h - is this file a plugin for this machine?  Answered from its bytes, before any of its
 * code can run.
 *
 * The dynamic linker dies of a truncated file (SIGBUS inside dlopen), and runs constructors
 * before anyone can ask for a symbol; so a plain library in a plugin folder is told apart
 * here.  Whatever this check lets through is still tried in another process first. */
#ifndef HONE_CORE_ELF_CHECK_H
#define HONE_CORE_ELF_CHECK_H

#include <stdbool.h>

#include "error.h"

/* `name` is for the sentence.  HONE_EPLUGIN with the reason. */
int32_t elf_check(const char *name, const void *data, size_t n, error *err);

/* Is the object that is mapped at `base` the one whose bytes are given?  Compares the read-only
 * segments without code (headers, symbols, constants), which the linker leaves as they are and
 * where debuggers put no breakpoints.  true also where there is nothing to compare. */
bool elf_same(const void *base, const void *data, size_t n);

#endif
