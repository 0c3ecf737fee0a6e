def quality_part(facts): return None
