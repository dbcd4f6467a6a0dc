/* sanitizers.c - what the sanitizers are told, in builds that have them. */

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/* Debian's Criterion 2.4.1 loses 48 bytes now and then for a test that has a time limit. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libcriterion.so\n";
}
