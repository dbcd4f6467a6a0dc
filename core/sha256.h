/* sha256.h - the SHA-256 of a plugin's file, for the record of a run (FIPS 180-4). */
#ifndef HONE_CORE_SHA256_H
#define HONE_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_TEXT 65 /* hexadecimal and a NUL */

void sha256(const void *data, size_t n, uint8_t digest[SHA256_BYTES]);
void sha256_text(const void *data, size_t n, char text[SHA256_TEXT]);

#endif
