using System.Text.Json.Serialization;

namespace Homeostat.Client.Contract;

/// <summary>How bodies are read and written: strictly, so that a member that nobody understands is never passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16
)]
[JsonSerializable(typeof(DecisionBody))]
[JsonSerializable(typeof(DecisionAnswer))]
[JsonSerializable(typeof(OutcomeBody))]
[JsonSerializable(typeof(OutcomeAnswer))]
[JsonSerializable(typeof(GrantBody))]
[JsonSerializable(typeof(GrantAnswer))]
[JsonSerializable(typeof(LeaseBody))]
[JsonSerializable(typeof(LeasePage))]
[JsonSerializable(typeof(RevokeAnswer))]
[JsonSerializable(typeof(EstateChangesBody))]
[JsonSerializable(typeof(EstateAnswer))]
[JsonSerializable(typeof(ResourceAnswer))]
[JsonSerializable(typeof(ReportsAnswer))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(AgentPage))]
[JsonSerializable(typeof(DecisionEvent))]
[JsonSerializable(typeof(MissedEvent))]
[JsonSerializable(typeof(SqlBody))]
[JsonSerializable(typeof(SqlAnswer))]
public sealed partial class ContractJson : JsonSerializerContext;
