using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Homeostat.Cli.Tests.Reviewing;
using Homeostat.Cli.Tests.Running;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Storage;
using Microsoft.Data.Sqlite;

namespace Homeostat.Cli.Tests.Log;

/// <summary>Decisions are found by an index, and told by the log alone.</summary>
public sealed class QueryCommandTests : IDisposable
{
    private const string Origin = "example.org/log";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;
    private readonly SigningKey _key = SigningKey.FromSeed(Origin, new byte[32]);

    private string Log => Path.Combine(_folder, "log");

    private string Index => Path.Combine(_folder, "log.index");

    [Fact]
    public async Task A_review_is_found_by_what_it_would_have_destroyed()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        await folder.ReviewAsync();
        folder.Destroying();
        await folder.ReviewAsync();

        var answer = await CommandLine.RunAsync(
            "log",
            "query",
            "--log",
            folder.Log,
            "--json",
            "--resource",
            "aws_eip.old_bastion"
        );

        Assert.Equal(0, answer.Code);
        var found = JsonNode.Parse(Assert.Single(Lines(answer.Output)))!;
        Assert.Equal(0, found["index"]!.GetValue<int>());
        Assert.Equal("2026-03-02T12:10:00.000Z", found["time"]!.GetValue<string>());
        Assert.False(found["effectsCut"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Each_question_narrows_the_answer()
    {
        await WriteAsync(Some(300));
        (string[] Question, Func<int, bool> Matches)[] table =
        [
            ([], _ => true),
            (["--agent", "agent-3"], i => i % 7 == 3),
            (["--agent", "agent-33"], _ => false),
            (["--resource", "web-17"], i => i % 50 == 17),
            (["--resource", "web-1"], i => i % 50 == 1),
            (["--verdict", "allow"], i => i % 3 == 0),
            (["--since", "2026-03-02T12:01:00Z"], i => i >= 60),
            (["--until", "2026-03-02T13:01:00+01:00"], i => i < 60),
            (["--since", "2026-03-02T12:01:00.0001Z"], i => i >= 61),
            (
                ["--agent", "agent-3", "--verdict", "Deny", "--since", "2026-03-02T12:02:00Z"],
                i => i % 7 == 3 && i % 3 != 0 && i >= 120
            ),
        ];
        foreach (var (question, matches) in table)
        {
            Assert.Equal(Enumerable.Range(0, 300).Where(matches), await FindAsync(question));
        }
    }

    [Fact]
    public async Task What_is_printed_is_the_entry_with_its_place_and_hash()
    {
        var entries = Some(300);
        await WriteAsync(entries);

        var answer = await QueryAsync("--resource", "web-17", "--verdict", "Deny");

        Assert.Contains("      17  2026-03-02T12:00:17.000Z  Deny    agent-3  operation\n", answer.Output, Ordinal);
        Assert.Contains($"leaf {TreeHash.Leaf(entries[17])}\n          Stop web-17\n", answer.Output, Ordinal);
        Assert.Contains("permit permit-18", (await QueryAsync("--resource", "web-18")).Output, Ordinal);
    }

    [Fact]
    public async Task The_newest_are_printed_and_the_others_counted()
    {
        await WriteAsync(Some(20));

        var answer = await QueryAsync("--limit", "3");

        Assert.Contains("the newest 3 of 20", answer.Output, Ordinal);
        Assert.Equal((int[])[17, 18, 19], await FindAsync("--limit", "3"));
        Assert.Equal(ExitCode.Usage, (await QueryAsync("--limit", "0")).Code);
        Assert.Equal(ExitCode.Usage, (await QueryAsync("--verdict", "4")).Code);
    }

    [Fact]
    public async Task The_index_follows_the_log_and_nothing_is_lost_with_it()
    {
        var entries = Some(700);
        await WriteAsync(entries[..100]);
        Assert.Equal(100, (await FindAsync()).Length);
        await WriteAsync(entries[100..]);
        var followed = await QueryAsync("--agent", "agent-5");
        Assert.Equal("", followed.Error);

        Assert.True(File.Exists(Index));
        File.Delete(Index);

        Assert.Equal(followed, await QueryAsync("--agent", "agent-5"));
        Assert.Equal(700, (await FindAsync()).Length);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("half")]
    [InlineData("another form")]
    public async Task A_damaged_index_is_made_anew(string damage)
    {
        await WriteAsync(Some(300));
        var good = await QueryAsync("--resource", "web-17");
        var bytes = await File.ReadAllBytesAsync(Index, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Index, Damaged(bytes, damage), TestContext.Current.CancellationToken);

        var answer = await QueryAsync("--resource", "web-17");

        Assert.Equal(good.Output, answer.Output);
        Assert.Contains("was damaged and is made anew", answer.Error, Ordinal);
        Assert.Equal(good, await QueryAsync("--resource", "web-17"));
    }

    [Fact]
    public async Task Where_no_index_can_be_kept_the_log_is_read_whole()
    {
        await WriteAsync(Some(100));
        var good = await QueryAsync("--agent", "agent-3");
        File.Delete(Index);
        Directory.CreateDirectory(Index);

        var answer = await QueryAsync("--agent", "agent-3");

        Assert.Equal(good.Output, answer.Output);
        Assert.Contains("reading the whole log instead", answer.Error, Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_in_any_copy_of_a_name_changes_no_answer()
    {
        await WriteAsync(Some(300));
        var good = await QueryAsync("--resource", "web-17");
        var bytes = await File.ReadAllBytesAsync(Index, TestContext.Current.CancellationToken);
        var noticed = 0;
        for (var at = 0; bytes.AsSpan(at).IndexOf("web-17"u8) is >= 0 and var next; at += next + 1)
        {
            var flipped = bytes.ToArray();
            flipped[at + next] ^= 1;
            await File.WriteAllBytesAsync(Index, flipped, TestContext.Current.CancellationToken);

            var answer = await QueryAsync("--resource", "web-17");

            Assert.Equal(good.Output, answer.Output);
            noticed += answer.Error.Contains("was damaged and is made anew", Ordinal) ? 1 : 0;
        }

        // Six effects, each in the table and in what it is searched by; other copies are in space that SQLite gave up.
        Assert.Equal(12, noticed);
    }

    [Theory]
    [InlineData("UPDATE decisions SET agent = 'mallory' WHERE entry = 3")]
    [InlineData("UPDATE decisions SET leaf = zeroblob(32), agent = 'mallory' WHERE entry = 3")]
    [InlineData(
        "INSERT INTO decisions SELECT 1000000, leaf, 'mallory', verdict, time, cut FROM decisions WHERE entry = 3"
    )]
    public async Task A_row_is_never_believed_over_the_log(string forgery)
    {
        await WriteAsync(Some(10));
        await FindAsync();
        Alter(forgery);

        var answer = await QueryAsync("--agent", "mallory");

        Assert.Equal(0, answer.Code);
        Assert.Equal("no decision matches\n", answer.Output);
        Assert.Contains("was damaged", answer.Error, Ordinal);
    }

    [Fact]
    public async Task A_log_that_does_not_continue_what_was_indexed_is_said_to()
    {
        await WriteAsync(Some(50));
        await FindAsync();
        Directory.Delete(Log, recursive: true);
        await WriteAsync([.. Some(60).Reverse()]);

        var answer = await QueryAsync("--agent", "agent-0", "--json");

        Assert.Contains("does not continue the 50 entries", answer.Error, Ordinal);
        Assert.Equal([3, 10, 17, 24, 31, 38, 45, 52, 59], Indices(answer));
        Assert.Equal("", (await QueryAsync("--json")).Error);
    }

    [Fact]
    public async Task A_list_that_was_cut_is_said_to_be_and_not_searched_in_silence()
    {
        string[] effects = [.. Enumerable.Range(0, 30).Select(i => $"Stop web-{i}")];
        await WriteAsync([new DecisionStatement { Effects = effects }.Sign(_key), .. Some(3)]);

        var named = await QueryAsync("--resource", "web-5");
        var unnamed = await QueryAsync("--resource", "web-29");

        Assert.Contains("the record names 24 of 30 effects", named.Output, Ordinal);
        Assert.DoesNotContain("may be about", named.Output, Ordinal);
        Assert.Contains("no decision matches", unnamed.Output, Ordinal);
        Assert.Contains("entry 0 may be about web-29 too", unnamed.Output, Ordinal);
        Assert.DoesNotContain(
            "may be",
            (await QueryAsync("--resource", "web-29", "--verdict", "Defer")).Output,
            Ordinal
        );
    }

    [Fact]
    public async Task What_others_sign_and_what_cannot_be_read_is_left_out_by_name()
    {
        using var agent = SigningKey.Generate("agent");
        var claim = new DecisionStatement
        {
            Verdict = "Allow",
            Permit = "p",
            Effects = ["Destroy everything"],
        };
        await WriteAsync(
            [claim.Sign(agent), new DecisionStatement { Verdict = "Certainly" }.Sign(_key), .. Some(2)],
            agent
        );

        var answer = await QueryAsync();

        Assert.DoesNotContain("everything", answer.Output, Ordinal);
        Assert.Contains("not to be believed: entries 0, 1", answer.Output, Ordinal);
        Assert.Contains("not signed by the log's key", answer.Output, Ordinal);
        Assert.Equal((int[])[2, 3], await FindAsync());
    }

    [Fact]
    public async Task An_entry_that_the_log_did_not_sign_is_not_told()
    {
        await WriteAsync(Some(300));
        await FindAsync();
        var bundle = Path.Combine(Log, "tile", "entries", "000");
        var bytes = await File.ReadAllBytesAsync(bundle, TestContext.Current.CancellationToken);
        var at = bytes.AsSpan().IndexOf("web-17"u8);
        bytes[at] = (byte)'W';
        await File.WriteAllBytesAsync(bundle, bytes, TestContext.Current.CancellationToken);

        var answer = await QueryAsync("--resource", "web-17");
        Assert.Equal((ExitCode.BadInput, ""), (answer.Code, answer.Output));

        File.Delete(Index);
        Assert.Equal(ExitCode.BadInput, (await QueryAsync("--resource", "web-18")).Code);
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static int[] Indices(Answer answer) =>
        [.. Lines(answer.Output).Select(line => JsonNode.Parse(line)!["index"]!.GetValue<int>())];

    private static byte[] Damaged(byte[] index, string damage)
    {
        switch (damage)
        {
            case "garbage":
                return Encoding.UTF8.GetBytes("not a database, and long enough to be none".PadRight(5000, '.'));
            case "half":
                return index[..(index.Length / 2)];
            default:
                // The low byte of SQLite's user_version.
                index[63] ^= 0x10;
                return index;
        }
    }

    private void Alter(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Index};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private Task<Answer> QueryAsync(params string[] question) =>
        CommandLine.RunAsync(["log", "query", "--log", Log, "--key", $"{_key.VerifierKey}", .. question]);

    private async Task<int[]> FindAsync(params string[] question)
    {
        var answer = await QueryAsync([.. question, "--json"]);
        Assert.Equal(0, answer.Code);
        return Indices(answer);
    }

    private byte[][] Some(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    new DecisionStatement
                    {
                        Agent = string.Create(CultureInfo.InvariantCulture, $"agent-{i % 7}"),
                        Verdict = i % 3 == 0 ? "Allow" : "Deny",
                        Permit = i % 3 == 0 ? $"permit-{i}" : "",
                        Time = DecisionStatement.Start + TimeSpan.FromSeconds(i),
                        Effects = [$"Stop web-{i % 50}"],
                    }.Sign(_key)
                ),
        ];

    private async Task WriteAsync(byte[][] entries, SigningKey? admitted = null)
    {
        var options = new LedgerOptions();
        if (admitted is not null)
        {
            options.Signers.Admit(admitted.PublicKey);
        }

        using var log = LedgerLog.Open(Log, Origin, _key, TimeProvider.System, options);

        foreach (var chunk in entries.Chunk(100))
        {
            await log.AppendAsync(
                [.. chunk.Select(entry => (ReadOnlyMemory<byte>)entry)],
                TestContext.Current.CancellationToken
            );
        }
    }
}
