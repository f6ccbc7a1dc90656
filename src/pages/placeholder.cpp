namespace latchkey {}
