/* fuzz_ini.c - any bytes as a study file: values arrive whole or the file is refused with its
 * name in every sentence; then the same as a study without plugins. */
#include <stdlib.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* The value as it stands in the text: behind the first '=' of its line, without blanks. */
static void check_value(const ini *doc, const ini_entry *e)
{
    const char *line = doc->text;
    for (int k = 1; k < e->line; k++)
        line = strchr(line, '\n') + 1;
    const char *end = line + strcspn(line, "\n"), *begin = strchr(line, '=') + 1;
    if (end > begin && end[-1] == '\r')
        end--;
    begin += strspn(begin, " \t");
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    size_t n = begin < end ? (size_t)(end - begin) : 0;
    expect(strlen(e->value) == n && memcmp(e->value, begin, n) == 0);
}

static void check_sentences(const error *err)
{
    expect(err->n > 0 && err->status < 0);
    for (int i = 0; i < err->n; i++)
        expect(strncmp(err->lines[i], "f.ini", 5) == 0 || strncmp(err->lines[i], "and more", 8) == 0);
}

static void read_lines(const char *bytes, size_t size)
{
    ini doc;
    error err = {0};
    if (ini_read(bytes, size, "f.ini", "/", &doc, &err) < 0)
        check_sentences(&err);
    for (int i = 0; i < doc.n_sections; i++)
        for (int k = 0; k < doc.sections[i].n_entries; k++)
            check_value(&doc, &doc.sections[i].entries[k]);
    ini_free(&doc);
    error_free(&err);
}

static void read_study(const char *content)
{
    const config_settings settings = {.no_plugins = true};
    config c;
    error err = {0};
    if (config_read(content, "f.ini", "/", &settings, &c, &err) >= 0) {
        char *identity = config_identity(&c);
        config_differences(identity, identity, &err);
        expect(err.n == 0);
        free(identity);
    } else {
        check_sentences(&err);
    }
    config_free(&c);
    error_free(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    copy[size] = '\0';
    read_lines(copy, size);
    if (!memchr(copy, '\0', size))
        read_study(copy);
    ini doc = {0};
    error err = {0};
    if (ini_read("[a]\nx = 1\n", 10, "f.ini", "/", &doc, &err) >= 0)
        ini_set(&doc, copy, &err);
    ini_free(&doc);
    error_free(&err);
    free(copy);
    return 0;
}
