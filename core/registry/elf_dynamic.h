/* elf_dynamic.h - the part of a shared object that the dynamic linker follows blindly. */
#ifndef HONE_CORE_ELF_DYNAMIC_H
#define HONE_CORE_ELF_DYNAMIC_H

#include <stddef.h>

/* NULL: sound, or of a make that is not looked at; else what is wrong, as "its symbol table
 * leaves the file".  The ELF and program headers have been checked. */
const char *elf_dynamic_check(const void *data, size_t n);

#endif
