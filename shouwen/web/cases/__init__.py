"""事项: the list, the page of one case with its story, and doing acts."""
