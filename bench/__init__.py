"""The figures of issue 2, measured: `./run bench` prints them as JSON beside their limits. Nothing here is run by the tests."""
