namespace Homeostat.Ledger.Statements;

/// <summary>
/// What this process says under the log's own key. The log signs it when it writes it, with one signature for everything that it writes together, and
/// does not verify what it signed itself.
/// </summary>
/// <param name="Header">Without a sequence: the log's own key keeps none.</param>
/// <param name="Payload">Deterministic CBOR; nobody changes its bytes any more.</param>
public sealed record FreshStatement(StatementHeader Header, ReadOnlyMemory<byte> Payload);
