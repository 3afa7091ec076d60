#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run.py [--short] [--only TEXT] [--least PERCENT] SRCDIR [TEST...]

How strong the resolver's tests are: seeds the bugs of the file `bugs` into a
copy of resolver/, one at a time, and runs TESTs until one fails. A test is a
program, with arguments after '+' signs. Prints which test found which bug;
fails when fewer than PERCENT (95) were found, or when a bug's line is not
there any more. --short takes the few bugs that have a ! before them, and the
first two tests. --only takes the bugs that have TEXT in their file's name or
in their lines. Without tests it only looks whether all lines are there.

To be called in the folder of the build, in which nothing is changed: programs
are linked anew elsewhere, from its objects and a library with the one object
that differs.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

N_SHORT = 2  # tests


class Bug:
    def __init__(self, name, line, is_short, old, new):
        self.name, self.line, self.is_short = name, line, is_short
        words = ' '.join(old).split()
        self.pattern = re.compile(r'\s+'.join(map(re.escape, words)))
        self.old, self.new = ' '.join(words), ' '.join(new)

    def seed(self, text):
        """The source with the bug in it."""
        found = self.pattern.findall(text)
        if len(found) != 1:
            sys.exit(f'bugs:{self.line}: stands {len(found)} times in '
                     f'{self.name}: {self.old}')
        return self.pattern.sub(lambda match: self.new, text)

    def __str__(self):
        return f'{self.name}: {self.old}\n    -> {self.new.strip()}'


def read_bugs(path):
    bugs, name, is_short, old, new = [], None, False, [], []
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(list(lines) + ['\n'], 1):
            if line[0] == '=':
                name = line[1:].strip()
            elif line[0] == '-':
                old.append(line[1:])
            elif line[0] == '+':
                new.append(line[1:])
            elif line[0] == '!':
                is_short = True
            elif not line.strip() and old:
                bugs.append(Bug(name, number - 1, is_short, old, new))
                is_short, old, new = False, [], []
    return bugs


class Bench:
    """Where one bug after the other is tried."""

    def __init__(self, source, tests):
        self.source = source
        self.tests = [test.split('+') for test in tests]
        # A bug may make a test go on for ever: each gets some seconds of CPU,
        # and many times what it took without a bug.
        self.limits = {}
        self.commands = {}
        os.environ['CK_TAP_LOG_FILE_NAME'] = '-'
        os.environ['CK_FORK'] = 'no'  # the first that fails is enough

    def make(self, target, *assume):
        """The commands by which make would make it."""
        text = subprocess.run(
            ['make', '-n', 'V=1', *assume, target],
            stdout=subprocess.PIPE, check=True).stdout.decode()
        return text.replace('\\\n', ' ').splitlines()

    def compile_command(self, name):
        base = 'resolver/' + name[:-2] + '.o'
        for line in self.make(base, '-W', f'{self.source}/resolver/{name}'):
            if ' -c ' in line and name in line:
                command = line[:line.index(' -c ')]
                return re.sub(r' -M(T|F|Q) \S+| -M[DP]\b', '', command)
        sys.exit(f'mutants: cannot tell how {name} is compiled')

    def link_command(self, program):
        for line in self.make(program, '-W', 'libresolver.a'):
            if f' -o {program} ' in line:
                return line
        sys.exit(f'mutants: cannot tell how {program} is linked')

    def prepare(self, names):
        for name in names:
            self.commands[name] = self.compile_command(name)
        for test in self.tests:
            self.commands[test[0]] = self.link_command(test[0])

    def run(self, command, folder):
        done = subprocess.run(
            ['sh', '-c', command], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            sys.stdout.write(done.stdout.decode(errors='replace')[-3000:])
            shutil.rmtree(folder)
            os._exit(1)  # also from a thread: a bug that does not compile

    def finds(self, folder, test):
        program = test[0]
        own = os.path.join(folder, os.path.basename(program))
        command = self.commands[program].replace(
            f' -o {program} ', f' -o {own} ').replace(
            'libresolver.a', f'{folder}/libresolver.a')
        self.run(command, folder)
        name = ' '.join(test)
        limit = self.limits.get(name, 0)
        before = os.times().children_user
        done = subprocess.run(
            [own] + test[1:], cwd=folder,
            preexec_fn=lambda: signal.setitimer(signal.ITIMER_PROF, limit),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False)
        took = os.times().children_user - before
        self.limits.setdefault(name, 10 + 10 * took)
        os.remove(own)
        return done.returncode != 0

    def try_bug(self, bug):
        """The test that finds it, or None; bug None: there is none."""
        folder = tempfile.mkdtemp(prefix='mutant-')
        shutil.copy('libresolver.a', folder)
        if bug:
            path = os.path.join(folder, bug.name)
            with open(f'{self.source}/resolver/{bug.name}',
                      encoding='utf-8') as source:
                text = bug.seed(source.read())
            with open(path, 'w', encoding='utf-8') as copy:
                copy.write(text)
            member = os.path.join(folder, bug.name[:-2] + '.o')
            self.run(f'{self.commands[bug.name]} -w -O0 -c -o {member} '
                     f'{path} && ar r {folder}/libresolver.a {member}',
                     folder)
        found = next((test[0] for test in self.tests
                      if self.finds(folder, test)), None)
        shutil.rmtree(folder)
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--short', action='store_true')
    parser.add_argument('--only', default='')
    parser.add_argument('--least', type=float, default=95)
    parser.add_argument('source')
    parser.add_argument('tests', nargs='*')
    options = parser.parse_args()
    source = options.source
    bugs = read_bugs(os.path.join(source, 'tests/mutants/bugs'))
    for bug in bugs:
        with open(f'{source}/resolver/{bug.name}', encoding='utf-8') as text:
            bug.seed(text.read())
    if not options.tests:
        return
    if options.short:
        bugs = [bug for bug in bugs if bug.is_short]
        del options.tests[N_SHORT:]
    bugs = [bug for bug in bugs if options.only in str(bug)]
    bench = Bench(source, options.tests)
    bench.prepare({bug.name for bug in bugs})
    failing = bench.try_bug(None)
    if failing:
        sys.exit(f'mutants: {failing} fails without a bug')
    n_found = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for bug, test in zip(bugs, pool.map(bench.try_bug, bugs)):
            n_found += test is not None
            print(f'found by {os.path.basename(test)}: {bug}' if test
                  else f'NOT FOUND: {bug}', flush=True)
    print(f'{n_found} of {len(bugs)} bugs found')
    sys.exit(100 * n_found < options.least * len(bugs))


if __name__ == '__main__':
    main()
