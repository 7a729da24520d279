"""The law engine: packs of regulations read, checked and compiled; `decide(law, facts, act, now) -> Ruling`. Pure, no Django."""
