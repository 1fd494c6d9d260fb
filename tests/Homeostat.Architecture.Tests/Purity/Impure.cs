using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Homeostat.Architecture.Tests.Purity;

/// <summary>Never run: its code does what the rules look for, in places where a careless reader would not find it.</summary>
internal static class Impure
{
    public static Func<string, string> Reads => path => File.ReadAllText(path);

    public static async Task<int> Sends(string text, CancellationToken token)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var client = new HttpClient();
        await using var file = new FileStream(text, FileMode.Open);
        await Task.Yield();
        Console.WriteLine(await client.GetStringAsync(new Uri(text), token));
        return await socket.SendAsync(RandomNumberGenerator.GetBytes(1), token);
    }

    public static IEnumerable<object> Knows(int seed)
    {
        yield return Directory.GetFiles(".");
        yield return TimeProvider.System;
        yield return Stopwatch.GetTimestamp();
        yield return Environment.TickCount64;
        yield return Environment.GetEnvironmentVariable("HOME") ?? "";
        yield return new Random(seed);
    }
}
