/* test_sha256.c - against the examples of FIPS 180-4 and the lengths around a block.
 *
 * "abc", the 448-bit message and the million 'a': NIST, "Examples with Intermediate Values",
 * SHA256.pdf.  The empty message and the runs of 'a': `printf ... | sha256sum`, GNU coreutils
 * 9.1. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

static void check(const char *message, size_t n, const char *expected)
{
    char text[SHA256_TEXT];
    sha256_text(message, n, text);
    cr_assert_str_eq(text, expected, "of %zu bytes", n);
}

Test(sha256, examples_of_the_standard)
{
    check("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(sha256, lengths_around_the_padding_and_a_million)
{
    static const struct {
        size_t n;
        const char *expected;
    } table[] = {
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
        {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
        {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
        {1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    char *a = malloc(1000000);
    cr_assert(a);
    memset(a, 'a', 1000000);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        check(a, table[i].n, table[i].expected);
    free(a);
}
