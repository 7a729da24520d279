"""制度: regulations as people read them, and what each clause has done."""
