#!/usr/bin/env python3
"""No target's corpus holds one content twice."""

import pathlib
import unittest

CORPUS = pathlib.Path(__file__).with_name("corpus")


class CorpusTest(unittest.TestCase):

    def test_no_content_exists_twice(self):
        for target in sorted(CORPUS.iterdir()):
            seen = {}
            for path in sorted(target.iterdir()):
                first = seen.setdefault(path.read_bytes(), path)
                self.assertEqual(first, path)


if __name__ == "__main__":
    unittest.main()
