/* Who the clients are: a line each of a file, its access token, and behind it what it had when it lost its pod. */
#ifndef PEOPLE_H
#define PEOPLE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person { char *token, *since; /* channel:7@112,user:3@41 */ };

static struct person *people; /* NULL where clients need no token */
static int people_count, first_person;

static void read_people(const char *path, int first) {
    FILE *file = fopen(path, "r");
    char line[4096];
    if (!file) { perror(path); exit(2); }
    first_person = first;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *since = strchr(line, ' ');
        if (since) *since++ = 0;
        people = realloc(people, sizeof *people * (size_t)(people_count + 1));
        people[people_count++] = (struct person){strdup(line), strdup(since ? since : "")};
    }
    fclose(file);
}

static struct person *person(int slot) { return &people[(first_person + slot) % people_count]; }

#endif
