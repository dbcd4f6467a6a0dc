/* fuzz_session.c - any bytes as lines of the session protocol: an answer to each, no crash. */
#include <stdlib.h>
#include <string.h>

#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char STUDY[] = "[study]\nname = fuzz\nstorage = memory\ntrials = 50\n"
                            "[space]\nx = float 0 1\nk = categorical a b\nn = int 1 9 when k = b\n"
                            "[strategy]\nplugin = random\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const dirs[] = {BUILD_DIR "/plugins", NULL};
    hone_open_settings settings = {.size = sizeof settings, .plugin_dirs = dirs};
    hone_study *s;
    bool closed = false;
    if (hone_open_text(STUDY, "/tmp", &settings, &s) < 0)
        abort();
    const char *at = (const char *)data, *end = at + size;
    while (at < end && !closed) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        char *out = session_answer(s, at, (size_t)(stop - at), &closed);
        if (!out || out[0] != '{' || strchr(out, '\n'))
            abort();
        free(out);
        at = stop + 1;
    }
    hone_close(s);
    return 0;
}
