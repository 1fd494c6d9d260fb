using Homeostat.Core.Deciding;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Auditing;

/// <summary>Leases, permits and outcomes: the balances of the log are computed again, and nothing may exceed them.</summary>
internal sealed class LeaseRules(VerifierKey key) : IAuditFold
{
    private readonly LeaseAudit _audit = new(key.PublicKeyBytesSpan.ToArray());

    public PermitAccount Account => _audit.Account;

    public IEnumerable<string> Apply(long index, Digest leaf, Statement statement) => _audit.Apply(index, statement);

    public IEnumerable<(long? Entry, string Problem)> End() =>
        _audit.End().Select(row => ((long?)row.Entry, row.Problem));
}
