"""The checks, one file for each idea: classes of tests that `StrategyConformance` puts together."""
