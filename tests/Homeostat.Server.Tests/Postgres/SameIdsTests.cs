using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Testing;
using Npgsql;

namespace Homeostat.Server.Tests.Postgres;

/// <summary>What the gateway names and what the estate lists are one object under one id.</summary>
public sealed class SameIdsTests(OneOfEachDatabase shop) : IClassFixture<OneOfEachDatabase>
{
    /// <summary>
    /// They cannot run in a transaction, or not in a new cluster: others hang on what is dropped, nobody provides labels.
    /// </summary>
    private static readonly HashSet<string> MayFail =
    [
        PostgresErrorCodes.ActiveSqlTransaction,
        PostgresErrorCodes.DependentObjectsStillExist,
        PostgresErrorCodes.FeatureNotSupported,
        PostgresErrorCodes.InvalidParameterValue,
    ];

    [Fact]
    public async Task Whatever_an_ordinary_statement_names_is_listed_under_the_same_id()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        var strangers = new List<string>();
        foreach (var sql in OneOfEach.Lines(OneOfEach.Statements))
        {
            strangers.AddRange(await WithoutMeaningAsync(sql));
            var translation = await TranslateAsync(sql);
            var made = translation.Effects.OfType<Effect.Create>().Select(effect => effect.Target).ToHashSet();
            strangers.AddRange(
                translation
                    .Effects.SelectMany(Named)
                    .Where(id => !made.Contains(id) && !IsServerSetting(id) && !shop.Estate.Contains(id))
                    .Select(id => $"{sql}: {id}")
            );
            strangers.AddRange(translation.Missing.Select(name => $"{sql}: {name} is missing"));
            strangers.AddRange(Unfollowed(translation).Select(effect => $"{sql}: {effect} is not followed"));
        }

        Assert.True(strangers.Count == 0, string.Join(Environment.NewLine, strangers.Distinct()));
    }

    /// <summary>What a database or a role is to set is named beside it and deferred on purpose: no lease for it covers that.</summary>
    private static bool IsServerSetting(ResourceId id) =>
        id.Value.StartsWith("pg:main#setting/", StringComparison.Ordinal);

    [Fact]
    public async Task What_a_database_is_to_set_is_named_beside_it_and_never_listed()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        var targets = (await TranslateAsync("alter database spare set work_mem = '8MB'")).Effects.SelectMany(Named);

        Assert.Contains(new ResourceId("pg:main#setting/work_mem"), targets);
        Assert.DoesNotContain(shop.Estate.Resources, IsServerSetting);
    }

    [Theory]
    [InlineData("drop table nowhere", "pg:main/shop/public.nowhere")]
    [InlineData("alter function nowhere() owner to clerk", "pg:main/shop#function/public.nowhere")]
    [InlineData("comment on type nowhere is 'x'", "pg:main/shop#type/public.nowhere")]
    [InlineData("drop trigger nowhere on orders", "pg:main/shop#trigger/public.orders.nowhere")]
    [InlineData("drop trigger watched on sales.orders", "pg:main/shop#trigger/sales.orders.watched")]
    [InlineData("alter policy mine on sales.orders rename to x", "pg:main/shop#policy/sales.orders.mine")]
    [InlineData("drop operator sales.===(int, int)", "pg:main/shop#operator/sales.\"===\"")]
    [InlineData("alter collation sales.plain rename to x", "pg:main/shop#collation/sales.plain")]
    [InlineData("grant usage on schema nowhere to clerk", "pg:main/shop#schema/nowhere")]
    [InlineData("alter database nowhere set work_mem = 1", "pg:main/nowhere")]
    public async Task A_name_that_does_not_exist_is_listed_under_no_id(string sql, string id)
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");

        Assert.Contains((await TranslateAsync(sql)).Effects, effect => effect.Target.Value == id);
        Assert.False(shop.Estate.Contains(new ResourceId(id)));
    }

    [Fact]
    public async Task Whatever_is_listed_is_found_when_it_is_asked_for()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        var found = (await shop.LookAsync([.. shop.Kinds.Keys]))
            .OfType<EstateChange.Upsert>()
            .ToDictionary(record => record.Resource.Id, record => record.Resource.Kind);

        Assert.All(shop.Kinds, pair => Assert.Equal(pair, KeyValuePair.Create(pair.Key, found[pair.Key])));
    }

    /// <summary>Why the server refuses the statement, where the reason is that it means nothing.</summary>
    private async Task<string[]> WithoutMeaningAsync(string sql)
    {
        try
        {
            await shop.RunAsync("shop", ["begin", $"set local search_path = {OneOfEach.Path}", sql, "rollback"]);
            return [];
        }
        catch (PostgresException error)
        {
            return MayFail.Contains(error.SqlState) ? [] : [$"{sql}: {error.SqlState} {error.MessageText}"];
        }
    }

    private static IEnumerable<ResourceId> Named(Effect effect) =>
        effect switch
        {
            Effect.Grant grant => [grant.Target, grant.Principal],
            Effect.Revoke revoke => [revoke.Target, revoke.Principal],
            _ => [effect.Target],
        };

    /// <summary>Effects that the kind of what they touch has no transition for: those too would be deferred.</summary>
    private IEnumerable<Effect> Unfollowed(Translation translation) =>
        translation.Effects.Where(effect =>
            effect is not (Effect.Create or Effect.Unknown)
            && shop.Kinds.TryGetValue(effect.Target, out var kind)
            && !KindTable.Of(kind).Operations.HasFlag(effect.Operation)
        );

    private async Task<Translation> TranslateAsync(string sql)
    {
        var parsed = await shop.Parser.ParseAsync(sql, TestContext.Current.CancellationToken);
        Assert.True(parsed.Refusal is null, $"{sql}: {parsed.Refusal}");
        return new Translator(new PostgresNames("main", "shop"), shop.Parser, []).Translate(
            Assert.Single(parsed.Statements),
            shop.Catalogue,
            new SessionContext { Path = SearchPath.Parse(OneOfEach.Path, "postgres"), Role = "postgres" }
        );
    }
}
