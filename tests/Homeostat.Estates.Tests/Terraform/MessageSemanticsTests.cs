using Homeostat.Core.Estate;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class MessageSemanticsTests
{
    private const string Queue = "arn:aws:sqs:eu-west-1:123456789012:work";
    private const string QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/work";
    private const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:worker";

    [Fact]
    public void A_consumer_needs_its_queue_and_its_function_and_a_dead_letter_queue_is_marked_and_needed_by_nobody()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_sqs_queue.work",
                    new
                    {
                        id = QueueUrl,
                        url = QueueUrl,
                        arn = Queue,
                        redrive_policy = $$"""{"deadLetterTargetArn":"{{Queue}}-dead","maxReceiveCount":3}""",
                    }
                ),
                (
                    "aws_sqs_queue.dead",
                    new
                    {
                        id = QueueUrl + "-dead",
                        url = QueueUrl + "-dead",
                        arn = Queue + "-dead",
                    }
                ),
                (
                    "aws_lambda_function.worker",
                    new
                    {
                        id = "worker",
                        arn = Function,
                        function_name = "worker",
                    }
                ),
                (
                    "aws_lambda_event_source_mapping.m",
                    new
                    {
                        id = "8feec500-57de-435d-b185-bc3e9d076225",
                        event_source_arn = Queue,
                        function_name = Function,
                        state = "Enabled",
                    }
                ),
                ("aws_sns_topic.t", new { id = "arn:aws:sns:eu-west-1:1:t", arn = "arn:aws:sns:eu-west-1:1:t" }),
                (
                    "aws_sns_topic_subscription.s",
                    new
                    {
                        id = "arn:aws:sns:eu-west-1:1:t:s",
                        topic_arn = "arn:aws:sns:eu-west-1:1:t",
                        endpoint = Queue,
                    }
                ),
                (
                    "aws_s3_bucket.b",
                    new
                    {
                        id = "b",
                        bucket = "b",
                        arn = "arn:aws:s3:::b",
                    }
                ),
                (
                    "aws_s3_bucket_notification.n",
                    new
                    {
                        id = "b",
                        bucket = "b",
                        queue = new[] { new { queue_arn = Queue } },
                    }
                )
            )
        );

        Assert.Equal(
            ["needs aws_lambda_function.worker", "needs aws_sqs_queue.work"],
            file.Says("aws_lambda_event_source_mapping.m")
        );
        Assert.Equal(["holds Primary of asset:aws_sqs_queue.work"], file.Says("aws_sqs_queue.work"));
        Assert.Contains(file.Resource("aws_sqs_queue.dead").Facts, fact => fact.Key == "dead_letter_queue");
        Assert.DoesNotContain(file.Resource("aws_sqs_queue.work").Facts, fact => fact.Key == "dead_letter_queue");
        Assert.Equal(
            ["ends with aws_sns_topic.t", "needs aws_sns_topic.t", "needs aws_sqs_queue.work"],
            file.Says("aws_sns_topic_subscription.s")
        );
        Assert.Equal(
            ["ends with aws_s3_bucket.b", "needs aws_s3_bucket.b", "needs aws_sqs_queue.work"],
            file.Says("aws_s3_bucket_notification.n")
        );
    }
}
