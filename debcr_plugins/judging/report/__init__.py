"""The report of a judgement: tables, pictures and texts in one folder."""
