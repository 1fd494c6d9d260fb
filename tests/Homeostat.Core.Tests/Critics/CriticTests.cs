using Homeostat.Core.Critics;
using Homeostat.Testing;

namespace Homeostat.Core.Tests.Critics;

public sealed class PremiseCriticTests : CriticContract
{
    protected override ICritic CreateCritic() => new PremiseCritic();
}

public sealed class IntentCriticTests : CriticContract
{
    protected override ICritic CreateCritic() => new IntentCritic();
}

public sealed class FreshnessCriticTests : CriticContract
{
    protected override ICritic CreateCritic() => new FreshnessCritic();
}
